/* The projects that `tuned new` writes: the files of sdk/templates. */
#include "CAssets.h"

static const unsigned char c_source[] = {
#embed "../../sdk/templates/c/plugin.c"
};
static const unsigned char c_makefile[] = {
#embed "../../sdk/templates/c/Makefile"
};
static const unsigned char c_readme[] = {
#embed "../../sdk/templates/c/README.md"
};
static const unsigned char c_study[] = {
#embed "../../sdk/templates/c/study.yaml"
};
static const unsigned char c_ignore[] = {
#embed "../../sdk/templates/c/gitignore"
};

static const unsigned char cpp_source[] = {
#embed "../../sdk/templates/cpp/plugin.cpp"
};
static const unsigned char cpp_cmake[] = {
#embed "../../sdk/templates/cpp/CMakeLists.txt"
};
static const unsigned char cpp_readme[] = {
#embed "../../sdk/templates/cpp/README.md"
};
static const unsigned char cpp_study[] = {
#embed "../../sdk/templates/cpp/study.yaml"
};
static const unsigned char cpp_ignore[] = {
#embed "../../sdk/templates/cpp/gitignore"
};

static const unsigned char swift_source[] = {
#embed "../../sdk/templates/swift/Model.swift"
};
static const unsigned char swift_package[] = {
#embed "../../sdk/templates/swift/Package.swift"
};
static const unsigned char swift_readme[] = {
#embed "../../sdk/templates/swift/README.md"
};
static const unsigned char swift_study[] = {
#embed "../../sdk/templates/swift/study.yaml"
};
static const unsigned char swift_ignore[] = {
#embed "../../sdk/templates/swift/gitignore"
};

static const tuned_asset_template templates[] = {
    {"c", "@ID@.c", c_source, sizeof c_source},
    {"c", "Makefile", c_makefile, sizeof c_makefile},
    {"c", "README.md", c_readme, sizeof c_readme},
    {"c", "study.yaml", c_study, sizeof c_study},
    {"c", ".gitignore", c_ignore, sizeof c_ignore},
    {"cpp", "@ID@.cpp", cpp_source, sizeof cpp_source},
    {"cpp", "CMakeLists.txt", cpp_cmake, sizeof cpp_cmake},
    {"cpp", "README.md", cpp_readme, sizeof cpp_readme},
    {"cpp", "study.yaml", cpp_study, sizeof cpp_study},
    {"cpp", ".gitignore", cpp_ignore, sizeof cpp_ignore},
    {"swift", "Sources/@TYPE@Library/@TYPE@Model.swift", swift_source, sizeof swift_source},
    {"swift", "Package.swift", swift_package, sizeof swift_package},
    {"swift", "README.md", swift_readme, sizeof swift_readme},
    {"swift", "study.yaml", swift_study, sizeof swift_study},
    {"swift", ".gitignore", swift_ignore, sizeof swift_ignore},
};

size_t tuned_asset_template_count(void) { return sizeof templates / sizeof templates[0]; }
const tuned_asset_template *tuned_asset_template_at(size_t index) {
    return index < tuned_asset_template_count() ? &templates[index] : NULL;
}
