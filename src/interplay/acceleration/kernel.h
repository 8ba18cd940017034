/* What kernels share: how JAX's runtime calls them (its foreign-function interface), and two words to the compiler. */
#ifndef INTERPLAY_KERNEL_H
#define INTERPLAY_KERNEL_H
#include "xla/ffi/api/c_api.h"

#define ALWAYS static inline __attribute__((always_inline, unused))
#define APART static __attribute__((noinline))

ALWAYS XLA_FFI_Error *told(XLA_FFI_CallFrame *frame, const char *message) {
    XLA_FFI_Error_Create_Args error = {XLA_FFI_Error_Create_Args_STRUCT_SIZE, NULL, message, XLA_FFI_Error_Code_INTERNAL};
    return frame->api->XLA_FFI_Error_Create(&error);
}

/* whether the runtime only asks which version of its interface this was compiled for */
ALWAYS int introduced(XLA_FFI_CallFrame *frame) {
    XLA_FFI_Extension_Base *asked = frame->extension_start;
    if (!asked || asked->type != XLA_FFI_Extension_Metadata) return 0;
    XLA_FFI_Metadata *metadata = ((XLA_FFI_Metadata_Extension *)asked)->metadata;
    metadata->api_version.major_version = XLA_FFI_API_MAJOR;
    metadata->api_version.minor_version = XLA_FFI_API_MINOR;
    return 1;
}

ALWAYS XLA_FFI_Buffer *argument(XLA_FFI_CallFrame *frame, long at) { return frame->args.args[at]; }
ALWAYS float *given(XLA_FFI_CallFrame *frame, long at) { return argument(frame, at)->data; }
ALWAYS float *result(XLA_FFI_CallFrame *frame, long at) { return ((XLA_FFI_Buffer *)frame->rets.rets[at])->data; }

#endif
