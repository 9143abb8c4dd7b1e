# What the Makefiles of plugins in C share. Each sets, before it includes this:
#   NAME     of the plugin; the result is $(OUT)/NAME.so
#   SOURCES  its C files
#   LIBS     what to link, or nothing
#   HEADER   a header that tells whether the library is installed, and PACKAGE, the Debian package of it; or nothing
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
OUT ?= $(HERE)../build/plugins
OBJECTS := $(SOURCES:%.c=$(OUT)/.objects/$(NAME)/%.o)

CFLAGS ?= -O2 -g
override CFLAGS += -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -fPIC -fvisibility=hidden
override CPPFLAGS += -I$(HERE)../sdk/include

ifneq ($(HEADER),)
FOUND := $(shell $(CC) $(CPPFLAGS) -include $(HEADER) -E -x c /dev/null >/dev/null 2>&1 && echo yes)
else
FOUND := yes
endif

.PHONY: all
ifeq ($(FOUND),yes)
all: $(OUT)/$(NAME).so
	@:
else
all:
	@echo "left out $(NAME): $(HEADER) is not installed; try: apt-get install $(PACKAGE)"
endif

# A running process may have the old file mapped, so the new one takes its name at once and never its inode.
$(OUT)/$(NAME).so: $(OBJECTS)
	@$(CC) -shared -Wl,-z,defs $(LDFLAGS) -o $@.new $^ $(LIBS) && mv $@.new $@ && echo "built $@"

$(OUT)/.objects/$(NAME)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)
