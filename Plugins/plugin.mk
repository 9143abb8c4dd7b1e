# What the Makefiles of plugins in C and C++ share. Each sets, before it includes this:
#   NAME      of the plugin; the result is $(OUT)/NAME.so
#   SOURCES   its C (.c) and C++ (.cpp) files; those of ../shared by their name alone
#   INCLUDES  where its library's headers are, if not where the compiler looks anyway
#   LIBS      what to link, or nothing
#   HEADER    a header that tells whether the library is installed, and PACKAGE, the Debian package of it; or nothing
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
OUT ?= $(HERE)../build/plugins
OBJECTS := $(addprefix $(OUT)/.objects/$(NAME)/,$(addsuffix .o,$(basename $(SOURCES))))
ifneq ($(filter %.cpp,$(SOURCES)),)
LINK := $(CXX) -Wl,--version-script=$(HERE)plugin.map
else
LINK := $(CC)
endif
vpath %.c $(HERE)shared
vpath %.cpp $(HERE)shared

CFLAGS ?= -O2 -g
CXXFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic
override CFLAGS += -std=c11 -D_POSIX_C_SOURCE=200809L $(WARNINGS) -fPIC -fvisibility=hidden
override CXXFLAGS += -std=c++17 $(WARNINGS) -fPIC -fvisibility=hidden -fvisibility-inlines-hidden
override CPPFLAGS += -I$(HERE)../sdk/include $(INCLUDES)

ifneq ($(HEADER),)
# The preprocessor only looks for the file: some libraries take seconds to include.
HASH := \#
FOUND := $(shell printf '%s\n' '$(HASH)if !__has_include(<$(HEADER)>)' '$(HASH)error' '$(HASH)endif' | \
	$(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes)
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
	@$(LINK) -shared -Wl,-z,defs $(LDFLAGS) -o $@.new $^ $(LIBS) && mv $@.new $@ && echo "built $@"

$(OUT)/.objects/$(NAME)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/.objects/$(NAME)/%.o: %.cpp
	@mkdir -p $(@D)
	@$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)
