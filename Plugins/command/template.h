/* Text with placeholders. `{name}` stands for a value of the run; `{{name}}` is the text `{name}`; any other brace stands for itself. */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "declaration.h"
#include "text.h"

/* What the placeholders of a trainable may be, beside its parameters:
 *   seed seed31 budget trial fold folds data directory train evaluate config:KEY */
typedef struct vocabulary {
    const declared_trainable *trainable;
    double full_budget;  /* what {budget} is where a run has none; 0: the schema declares no fidelity */
    bool has_rows;       /* {train} and {evaluate} are known */
} vocabulary;

typedef struct piece piece;

typedef struct template {
    piece *pieces;
    size_t count;
    double full_budget;
} template;

/* The values of one run. */
typedef struct run_values {
    const tuned_trial *trial;
    const char *directory;
    const char *data;      /* NULL: the study names none */
    const char *train;     /* files with the rows of each part; NULL where the host splits no data */
    const char *evaluate;
    const tuned_config *config;
} run_values;

/* Allocates from the document. `where` names the text in messages. */
bool template_compile(json_document *document, const char *string, size_t length, const vocabulary *words, const char *where,
                      template *out, failure *why);

typedef enum filled { FILLED, FILLED_INACTIVE, FILLED_NOT } filled;

/* Appends the text with its placeholders filled. FILLED_INACTIVE: one names a parameter that is inactive in this trial. FILLED_NOT:
 * the study does not give what one asks for; `why` says what. */
filled template_fill(const template *t, const run_values *values, text *out, failure *why);

/* Whether it has no placeholders; then *text is all of it. */
bool template_is_plain(const template *t, const char **string);

#endif
