# The tests of plugins in C++ over libraries that may not be installed; part of Makefile.

# libtorch's headers take most of a minute to compile: the plugin that `make plugins` builds is the one that is tested.
TORCH_OUT ?= $(abspath ../../build/plugins)
INSTANCE := host/host.c host/elsewhere.c host/instance.c
SHARED_PARTS := $(addprefix $(PLUGINS)/shared/,csv.cpp dataset.cpp)

# A test's own arguments are the plugin and the data.
test_if_built = @if [ -e $(2) ]; then $(1) $(2) ../../data; else echo "left out the test of $(2), which was not built"; fi

.PHONY: check-libraries
check: check-libraries
check-libraries: $(addprefix $(TEST_OUT)/,csv_cxx_test boosting_test boosting_test_sanitized torch_test)
	@$(MAKE) --no-print-directory -C $(PLUGINS)/boosting OUT=$(TEST_OUT)/plugins
	@$(MAKE) --no-print-directory -C $(PLUGINS)/boosting OUT=$(TEST_OUT)/sanitized CXXFLAGS="$(SANITIZE)" LDFLAGS="$(SANITIZE)"
	@$(MAKE) --no-print-directory -C $(PLUGINS)/torch OUT=$(TORCH_OUT)
	@$(TEST_OUT)/csv_cxx_test
	$(call test_if_built,$(TEST_OUT)/boosting_test,$(TEST_OUT)/plugins/boosting.so)
	$(call test_if_built,$(TEST_OUT)/boosting_test_sanitized,$(TEST_OUT)/sanitized/boosting.so)
	$(call test_if_built,$(TEST_OUT)/torch_test,$(TORCH_OUT)/torch.so)

$(TEST_OUT)/csv_cxx_test: shared/csv_test.cpp $(SHARED_PARTS) $(wildcard $(PLUGINS)/shared/*.hpp) host/check.h | $(TEST_OUT)
	@$(CXX) $(CPPFLAGS) -I$(PLUGINS)/shared $(CXXFLAGS) $(SANITIZE) -o $@ $< $(SHARED_PARTS)

$(TEST_OUT)/boosting_test $(TEST_OUT)/torch_test: $(TEST_OUT)/%_test: $(INSTANCE) $(wildcard host/*.h) | $(TEST_OUT)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $*/$*_test.c $(INSTANCE) -ldl -lm

$(TEST_OUT)/boosting_test_sanitized: $(INSTANCE) $(wildcard host/*.h) | $(TEST_OUT)
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -o $@ boosting/boosting_test.c $(INSTANCE) -ldl -lm

$(TEST_OUT)/boosting_test $(TEST_OUT)/boosting_test_sanitized: boosting/boosting_test.c
$(TEST_OUT)/torch_test: torch/torch_test.c
