// The CBLAS functions that matmul calls, found at run time. Internal to the array kernels.
#pragma once

#include "../view.h"

namespace cannsim::array {

enum class Trans : int { No = 111, Yes = 112 };
enum class Order : int { Row = 101, Column = 102 };

bool has_blas();

// Index of the BLAS type, s d c z; -1 for other dtypes.
int blas_type(DType t);

// While it lives, BLAS works in the thread that calls it: its own division of a product among
// threads could change the result's bits, and knows nothing of how busy the machine is.
class OneBlasThread {
  public:
    explicit OneBlasThread(bool large);
    ~OneBlasThread();
    OneBlasThread(const OneBlasThread &) = delete;
    OneBlasThread &operator=(const OneBlasThread &) = delete;

  private:
    bool active_;
};

// c = a @ b. Leading dimensions and increments count elements.
void blas_gemm(int type, Order order, Trans ta, Trans tb, int64_t m, int64_t n, int64_t k,
               const void *a, int64_t lda, const void *b, int64_t ldb, void *c, int64_t ldc);

// y = op(a) @ x for a row-major or column-major matrix of m rows and n columns.
void blas_gemv(int type, Order order, Trans ta, int64_t m, int64_t n, const void *a, int64_t lda,
               const void *x, int64_t incx, void *y, int64_t incy);

// result = sum of x * y, without conjugates.
void blas_dot(int type, int64_t n, const void *x, int64_t incx, const void *y, int64_t incy,
              void *result);

}  // namespace cannsim::array
