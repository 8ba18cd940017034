/* Standard normal numbers from Threefry-2x32, as threefry.py writes them: made once, in vector instructions, where the
   compiler of the training loop makes them anew for everything that needs them. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "kernel.h"

ALWAYS uint32_t rotated(uint32_t word, int by) { return word << by | word >> (32 - by); }

ALWAYS float unit(uint32_t word) {
    uint32_t bits = word >> 9 | 0x3F800000u;
    float found;
    memcpy(&found, &bits, 4);
    return found - 1;
}

/* log(x) of a normal number: the exponent, and a series for the rest (Cephes, logf) */
ALWAYS float logarithm(float x) {
    uint32_t bits, rest;
    memcpy(&bits, &x, 4);
    rest = (bits & 0x007FFFFFu) | 0x3F000000u;
    float part, power = (float)(int32_t)((bits >> 23) - 126);
    memcpy(&part, &rest, 4);
    int low = part < 0.707106781186547524f;
    power -= low ? 1.0f : 0.0f;
    part = (low ? part + part : part) - 1;
    float square = part * part, series = 7.0376836292e-2f;
    series = series * part - 1.1514610310e-1f;
    series = series * part + 1.1676998740e-1f;
    series = series * part - 1.2420140846e-1f;
    series = series * part + 1.4249322787e-1f;
    series = series * part - 1.6668057665e-1f;
    series = series * part + 2.0000714765e-1f;
    series = series * part - 2.4999993993e-1f;
    series = series * part + 3.3333331174e-1f;
    series = series * part * square - 2.12194440e-4f * power - 0.5f * square;
    return part + series + 0.693359375f * power;
}

ALWAYS float number(const uint32_t *key, uint32_t at) {
    static const int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
    uint32_t schedule[3] = {key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDAu};
    uint32_t first = schedule[0], second = at + schedule[1];
#pragma GCC unroll 5
    for (uint32_t group = 0; group < 5; group++) {
#pragma GCC unroll 4
        for (int turn = 0; turn < 4; turn++) {
            first += second;
            second = first ^ rotated(second, rotations[group % 2][turn]);
        }
        first += schedule[(group + 1) % 3];
        second += schedule[(group + 2) % 3] + group + 1;
    }
    float half_turn = 3.14159265358979324f * (unit(second) - 0.5f), square = half_turn * half_turn;
    float sine = 1 / 6227020800.0f;
    sine = sine * square - 1 / 39916800.0f;
    sine = sine * square + 1 / 362880.0f;
    sine = sine * square - 1 / 5040.0f;
    sine = sine * square + 1 / 120.0f;
    sine = sine * square - 1 / 6.0f;
    sine = half_turn * (sine * square + 1);
    return sqrtf(-2 * logarithm(1 - unit(first))) * (1 - 2 * sine * sine);
}

/* the two words of a key -> standard normal numbers */
XLA_FFI_Error *threefry_normal(XLA_FFI_CallFrame *frame) {
    if (introduced(frame)) return NULL;
    uint32_t key[2];
    memcpy(key, argument(frame, 0)->data, sizeof key);
    float *restrict out = result(frame, 0);
    int32_t count = (int32_t)((XLA_FFI_Buffer *)frame->rets.rets[0])->dims[0];
    for (int32_t at = 0; at < count; at++) out[at] = number(key, (uint32_t)at);
    return NULL;
}
