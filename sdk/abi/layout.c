/* Prints the layout of a header's structs as this compiler sees it. `check` writes the two files that are included here: the
 * header's path, and one line for each struct and field. */
#include "header.inc"

#include <stdio.h>

#define STRUCT(type) printf("struct %s %zu\n", #type, sizeof(type));
#define FIELD(type, field, declaration) printf("  %zu %zu %s\n", offsetof(type, field), sizeof(((type *)0)->field), declaration);
#define CONSTANT(name, text) printf("constant %s %s\n", #name, text);

int main(void) {
#include "fields.inc"
    return 0;
}
