/* cuDNN: neural network layers. */
#ifndef CUPY_STUB_CUDNN_H
#define CUPY_STUB_CUDNN_H

#include "cupy_stub.h"

CUPY_STUB_HANDLE(cudnnHandle_t);
CUPY_STUB_HANDLE(cudnnTensorDescriptor_t);
CUPY_STUB_HANDLE(cudnnFilterDescriptor_t);
CUPY_STUB_HANDLE(cudnnConvolutionDescriptor_t);

typedef enum {
    CUDNN_STATUS_SUCCESS = 0,
    CUDNN_STATUS_NOT_INITIALIZED = 1,
    CUDNN_STATUS_ALLOC_FAILED = 2,
    CUDNN_STATUS_BAD_PARAM = 3,
    CUDNN_STATUS_NOT_SUPPORTED = 9,
} cudnnStatus_t;

typedef enum { CUDNN_DATA_FLOAT = 0, CUDNN_DATA_DOUBLE = 1, CUDNN_DATA_HALF = 2 } cudnnDataType_t;
typedef enum { CUDNN_TENSOR_NCHW = 0, CUDNN_TENSOR_NHWC = 1 } cudnnTensorFormat_t;

#define CUPY_STUB(name) CUPY_STUB_FUNCTION(cudnnStatus_t, CUDNN_STATUS_NOT_SUPPORTED, name)
CUPY_STUB(cudnnCreate)
CUPY_STUB(cudnnDestroy)
CUPY_STUB(cudnnSetStream)
CUPY_STUB(cudnnGetStream)
CUPY_STUB(cudnnGetVersion)
CUPY_STUB(cudnnCreateTensorDescriptor)
CUPY_STUB(cudnnDestroyTensorDescriptor)
CUPY_STUB(cudnnCreateFilterDescriptor)
CUPY_STUB(cudnnDestroyFilterDescriptor)
CUPY_STUB(cudnnCreateConvolutionDescriptor)
CUPY_STUB(cudnnDestroyConvolutionDescriptor)
CUPY_STUB(cudnnConvolutionForward)
CUPY_STUB(cudnnConvolutionBackwardData)
CUPY_STUB(cudnnConvolutionBackwardFilter)
CUPY_STUB(cudnnPoolingForward)
CUPY_STUB(cudnnPoolingBackward)
CUPY_STUB(cudnnActivationForward)
CUPY_STUB(cudnnActivationBackward)
CUPY_STUB(cudnnSoftmaxForward)
CUPY_STUB(cudnnSoftmaxBackward)
CUPY_STUB(cudnnBatchNormalizationForwardTraining)
CUPY_STUB(cudnnBatchNormalizationForwardInference)
CUPY_STUB(cudnnBatchNormalizationBackward)
CUPY_STUB(cudnnDropoutForward)
CUPY_STUB(cudnnRNNForward)
CUPY_STUB(cudnnReduceTensor)
#undef CUPY_STUB

#endif
