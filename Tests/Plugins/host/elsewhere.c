#include "elsewhere.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct question {
    uint32_t which;
    int64_t step;
    uint64_t count;
} question;

static void answer_all(FILE *questions, FILE *answers, resumer resume) {
    question q;
    while (fread(&q, sizeof q, 1, questions) == 1) {
        checkpoint from = {.kept = true, .step = q.step, .count = q.count, .bytes = malloc(q.count)};
        run out;
        if (!from.bytes || fread(from.bytes, 1, q.count, questions) != q.count) exit(2);
        memset(&out, 0, sizeof out);
        resume(q.which, &from, &out);
        if (fwrite(&out, sizeof out, 1, answers) != 1 || fflush(answers) != 0) exit(2);
        free_checkpoint(&from);
    }
    exit(0);
}

elsewhere begin_elsewhere(resumer resume) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) exit(2);
    elsewhere e = {.process = fork()};
    if (e.process < 0) exit(2);
    if (e.process == 0) {
        close(to[1]);
        close(from[0]);
        answer_all(fdopen(to[0], "rb"), fdopen(from[1], "wb"), resume);
    }
    close(to[0]);
    close(from[1]);
    e.questions = fdopen(to[1], "wb");
    e.answers = fdopen(from[0], "rb");
    return e;
}

bool resume_elsewhere(elsewhere *e, uint32_t which, const checkpoint *from, run *out) {
    question q = {which, from->step, from->count};
    return fwrite(&q, sizeof q, 1, e->questions) == 1 && fwrite(from->bytes, 1, from->count, e->questions) == from->count &&
           fflush(e->questions) == 0 && fread(out, sizeof *out, 1, e->answers) == 1;
}

bool end_elsewhere(elsewhere *e) {
    int status = 0;
    fclose(e->questions);
    fclose(e->answers);
    return waitpid(e->process, &status, 0) == e->process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
