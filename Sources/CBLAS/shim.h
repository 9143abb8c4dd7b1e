// OpenBLAS for Swift: the C interface of BLAS, and the routines of LAPACK that its library exports without a header. Fortran's:
// matrices are column by column, every argument goes by address, and the lengths of texts follow at the end.
#pragma once

#include <cblas.h>
#include <stddef.h>

// Cholesky factor of a symmetric positive definite matrix; info > 0: the leading minor of that order is not positive.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
// Inverse from the Cholesky factor, in its triangle.
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
// Eigenvalues, ascending, and eigenvectors of a symmetric matrix.
void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda, const double *vl,
             const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w, double *z, const int *ldz,
             int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t, size_t);
// Solves A X = B by elimination with pivots; info > 0: A is singular.
void dgesv_(const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);
