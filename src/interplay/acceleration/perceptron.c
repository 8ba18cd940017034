/* Perceptrons as two functions that JAX's compiled programs call: class scores with what every hidden layer gave, and
   back from the slopes of the scores to those of the parameters or of the inputs.

   Rows are taken in blocks small enough that what the layers pass on stays in the cache. A product is computed in tiles
   that are held in registers, with the bias before and the rectifier after it. Zeros of a row are not multiplied: most
   columns of an encoded table are one-hot. A row's numbers are added up in one order, whatever rows are beside it.

   perceptron.py says which arguments come in which order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "kernel.h"
#ifdef __AVX__
#include <immintrin.h>
#endif

#ifdef __AVX512F__
#define LANES 16
#else
#define LANES 8
#endif
#define PAD 16     /* hidden layers are stored in rows of a multiple of so many numbers */
#define BLOCK 48   /* rows at a time, a multiple of TILE */
#define TILE 6     /* rows of a product that are held in registers */
#define STRIP 8    /* vectors of a row that are held in registers where zeros are left out */
#define LAYERS 64

typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float eight_lanes __attribute__((vector_size(32), aligned(4), may_alias));
typedef int marks __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static long smaller(long one, long other) { return one < other ? one : other; }
static long padded(long width) { return (width + PAD - 1) / PAD * PAD; }

ALWAYS lanes load(const float *from) { return *(const lanes *)from; }
ALWAYS void store(float *to, lanes value) { *(lanes *)to = value; }
/* what is not a number stays so: a model that has diverged must not look like one that has not */
ALWAYS lanes rectified(lanes value) { return (lanes)((marks)value & ~(value < 0)); }

/* one * other + sum, rounded once: left to the compiler, some copies of a loop would round twice */
ALWAYS lanes fused(lanes one, lanes other, lanes sum) {
#if defined(__AVX512F__)
    return (lanes)_mm512_fmadd_ps((__m512)one, (__m512)other, (__m512)sum);
#elif defined(__FMA__)
    return (lanes)_mm256_fmadd_ps((__m256)one, (__m256)other, (__m256)sum);
#elif defined(__ARM_FEATURE_FMA)
    for (int at = 0; at < LANES; at++) sum[at] = __builtin_fmaf(one[at], other[at], sum[at]);
    return sum;
#else
    return one * other + sum;
#endif
}

ALWAYS lanes across(float value) { return value - (lanes){0}; }

ALWAYS float total(lanes value) {
#ifdef __AVX__
    __m256 eight = (__m256)*(const eight_lanes *)&value;
#if LANES == 16
    eight += (__m256)((const eight_lanes *)&value)[1];
#endif
    __m128 four = _mm256_castps256_ps128(eight) + _mm256_extractf128_ps(eight, 1);
    four += _mm_movehl_ps(four, four);
    return (four + _mm_movehdup_ps(four))[0];
#else
    float sum = 0;
    for (int at = 0; at < LANES; at++) sum += value[at];
    return sum;
#endif
}

/* ---- products: out = start + left @ right, then rectified, or kept where `kept` is positive ---- */

typedef struct {
    long rows, columns, depth;                 /* of the result, and of the sum; columns are a multiple of LANES */
    const float *left; long left_row, left_step;
    const float *right; long right_row;
    const float *start; long start_row;
    float *out; long out_row;
    const float *kept; long kept_row;          /* NULL: all */
    int rectify;
} Product;

ALWAYS void tile(const Product *p, long row, long column, const int rows, const int vectors) {
    lanes sum[TILE][2];
    const float *start = p->start + row * p->start_row + column;
    const float *left = p->left + row * p->left_row, *right = p->right + column;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) sum[r][v] = load(start + r * p->start_row + v * LANES);
    for (long step = 0; step < p->depth; step++, left += p->left_step, right += p->right_row) {
        lanes weight[2];
        for (int v = 0; v < vectors; v++) weight[v] = load(right + v * LANES);
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++) sum[r][v] = fused(across(left[r * p->left_row]), weight[v], sum[r][v]);
    }
    float *out = p->out + row * p->out_row + column;
    const float *kept = p->kept ? p->kept + row * p->kept_row + column : NULL;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) {
            lanes value = sum[r][v];
            if (p->rectify) value = rectified(value);
            if (kept) value = (lanes)((marks)value & (load(kept + r * p->kept_row + v * LANES) > 0));
            store(out + r * p->out_row + v * LANES, value);
        }
}

ALWAYS void tiles(const Product *p, long row, const int rows) {
    long column = 0;
    for (; column + 2 * LANES <= p->columns; column += 2 * LANES) tile(p, row, column, rows, 2);
    if (column < p->columns) tile(p, row, column, rows, 1);
}

APART void product(Product p) {
    long row = 0;
    for (; row + TILE <= p.rows; row += TILE) tiles(&p, row, TILE);
    switch (p.rows - row) {
        case 5: tiles(&p, row, 5); break;
        case 4: tiles(&p, row, 4); break;
        case 3: tiles(&p, row, 3); break;
        case 2: tiles(&p, row, 2); break;
        case 1: tiles(&p, row, 1); break;
    }
}

/* ---- the same where most of `left` is zero ---- */

APART long nonzero(const float *row, long columns, int *found) {
    long count = 0, at = 0;
#ifdef __AVX__
    for (; at + 8 <= columns; at += 64) {
        uint64_t bits = 0;
        for (long part = 0; part < 8 && at + 8 * part + 8 <= columns; part++) {
            __m256 seen = _mm256_cmp_ps(_mm256_loadu_ps(row + at + 8 * part), _mm256_setzero_ps(), _CMP_NEQ_UQ);
            bits |= (uint64_t)_mm256_movemask_ps(seen) << (8 * part);
        }
        for (; bits; bits &= bits - 1) found[count++] = (int)at + __builtin_ctzll(bits);
    }
    at = columns / 8 * 8;
#endif
    for (; at < columns; at++) {
        found[count] = (int)at;
        count += row[at] != 0;
    }
    return count;
}

/* told from a few rows: both ways give the same numbers */
APART int mostly_zero(const float *rows, long count, long columns) {
    long present = 0, some = count < 4 ? count : 4;
    for (long at = 0; at < some * columns; at++) present += rows[at] != 0;
    return present * 3 < some * columns;
}

ALWAYS void sparse_row(const Product *p, long row, long column, const int vectors, const int *found, long count) {
    lanes sum[STRIP];
    const float *left = p->left + row * p->left_row, *right = p->right + column;
    for (int v = 0; v < vectors; v++) sum[v] = load(p->start + row * p->start_row + column + v * LANES);
    for (long at = 0; at < count; at++)
        for (int v = 0; v < vectors; v++) 
            sum[v] = fused(across(left[found[at]]), load(right + found[at] * p->right_row + v * LANES), sum[v]);
    float *out = p->out + row * p->out_row + column;
    for (int v = 0; v < vectors; v++) store(out + v * LANES, p->rectify ? rectified(sum[v]) : sum[v]);
}

APART void sparse_product(Product p, int *found) {
    for (long row = 0; row < p.rows; row++) {
        long count = nonzero(p.left + row * p.left_row, p.depth, found), column = 0;
        for (; column + STRIP * LANES <= p.columns; column += STRIP * LANES)
            sparse_row(&p, row, column, STRIP, found, count);
        for (; column < p.columns; column += LANES) sparse_row(&p, row, column, 1, found, count);
    }
}

ALWAYS void sparse_add(float *out, long out_row, const float *row, const float *slopes, const int vectors,
                       const int *found, long count) {
    lanes slope[STRIP];
    for (int v = 0; v < vectors; v++) slope[v] = load(slopes + v * LANES);
    for (long at = 0; at < count; at++) {
        float *to = out + found[at] * out_row;
        for (int v = 0; v < vectors; v++) 
            store(to + v * LANES, fused(across(row[found[at]]), slope[v], load(to + v * LANES)));
    }
}

/* out += transposed rows @ slopes */
APART void sparse_outer(float *out, long width, const float *rows, long columns, const float *slopes, long count,
                         int *found) {
    for (long row = 0; row < count; row++, rows += columns, slopes += width) {
        long some = nonzero(rows, columns, found), column = 0;
        for (; column + STRIP * LANES <= width; column += STRIP * LANES)
            sparse_add(out + column, width, rows, slopes + column, STRIP, found, some);
        for (; column < width; column += LANES) sparse_add(out + column, width, rows, slopes + column, 1, found, some);
    }
}

/* ---- memory that a thread keeps between calls ---- */

static __thread float *kept_memory;
static __thread long kept_size;

typedef struct { float *next; } Memory;

static Memory memory(long numbers) {
    if (numbers > kept_size) {
        free(kept_memory);
        kept_memory = aligned_alloc(64, (size_t)(numbers + 15) / 16 * 64);
        kept_size = kept_memory ? numbers : 0;
    }
    return (Memory){kept_memory};
}

static float *take(Memory *from, long numbers) {
    float *taken = from->next;
    from->next += padded(numbers);
    return taken;
}

/* ---- the network: its widths, and the weights in rows of padded width ---- */

typedef struct {
    long layers, rows, width[LAYERS + 1];      /* width[0] inputs, width[layers] labels */
} Shape;

/* (rows, to) with rows of padded width; the matrix itself where it has that width already */
static const float *spread(Memory *from, const float *matrix, long rows, long columns) {
    long wide = padded(columns);
    if (wide == columns) return matrix;
    float *made = take(from, rows * wide);
    for (long row = 0; row < rows; row++) {
        memcpy(made + row * wide, matrix + row * columns, sizeof(float) * columns);
        memset(made + row * wide + columns, 0, sizeof(float) * (wide - columns));
    }
    return made;
}

/* a square of up to 8 by 8 */
ALWAYS void square_transposed(float *to, long to_row, const float *from, long from_row, long rows, long columns) {
#ifdef __AVX__
    if (rows == 8 && columns == 8) {
        __m256 line[8], pair[8];
        for (int at = 0; at < 8; at++) line[at] = _mm256_loadu_ps(from + at * from_row);
        for (int at = 0; at < 8; at += 2) {
            pair[at] = _mm256_unpacklo_ps(line[at], line[at + 1]);
            pair[at + 1] = _mm256_unpackhi_ps(line[at], line[at + 1]);
        }
        for (int at = 0; at < 8; at += 4)
            for (int half = 0; half < 2; half++) {
                line[at + 2 * half] = _mm256_shuffle_ps(pair[at + half], pair[at + half + 2], 0x44);
                line[at + 2 * half + 1] = _mm256_shuffle_ps(pair[at + half], pair[at + half + 2], 0xEE);
            }
        for (int at = 0; at < 4; at++) {
            _mm256_storeu_ps(to + at * to_row, _mm256_permute2f128_ps(line[at], line[at + 4], 0x20));
            _mm256_storeu_ps(to + (at + 4) * to_row, _mm256_permute2f128_ps(line[at], line[at + 4], 0x31));
        }
        return;
    }
#endif
    for (long column = 0; column < columns; column++)
        for (long row = 0; row < rows; row++) to[column * to_row + row] = from[row * from_row + column];
}

/* (columns, rows) of a matrix (rows, columns), with rows of padded width */
APART const float *transposed(Memory *from, const float *matrix, long rows, long columns) {
    long wide = padded(rows);
    float *made = take(from, columns * wide);
    memset(made, 0, sizeof(float) * columns * wide);
    for (long corner = 0; corner < columns; corner += 8)     /* few columns at a time, so that they stay in the cache */
        for (long row = 0; row < rows; row += 8)
            square_transposed(made + corner * wide + row, wide, matrix + row * columns + corner, columns,
                              smaller(8, rows - row), smaller(8, columns - corner));
    return made;
}

static void narrowed(float *to, const float *from, long rows, long columns) {
    for (long row = 0; row < rows; row++)
        memcpy(to + row * columns, from + row * padded(columns), sizeof(float) * columns);
}

static long most(const Shape *shape) {
    long found = 0;
    for (long layer = 0; layer <= shape->layers; layer++) found = shape->width[layer] > found ? shape->width[layer] : found;
    return padded(found);
}

static long weights_size(const Shape *shape) {
    long size = 0;
    for (long layer = 1; layer <= shape->layers; layer++)
        size += padded(shape->width[layer - 1]) * padded(shape->width[layer]) + padded(shape->width[layer]);
    return size;
}

/* ---- forward ---- */

typedef struct {
    const float *inputs, *held, *weight[LAYERS + 1], *bias[LAYERS + 1];
    long inputs_row, held_row;                 /* held_row 0: one row for all */
    float *scores, *hidden[LAYERS + 1];
} Forward;

static void prepare_forward(const Shape *shape, Forward *f, Memory *from) {
    for (long layer = 1; layer < shape->layers; layer++) {
        f->weight[layer] = spread(from, f->weight[layer], shape->width[layer - 1], shape->width[layer]);
        if (layer > 1) f->bias[layer] = spread(from, f->bias[layer], 1, shape->width[layer]);
    }
    f->held = spread(from, f->held, f->held_row ? shape->rows : 1, shape->width[1]);
    f->held_row = f->held_row ? padded(shape->width[1]) : 0;
}

/* what the hidden layers give for a block of rows */
static void through_layers(const Shape *shape, const Forward *f, long row, long rows, int *found) {
    long columns = shape->width[0], first = padded(shape->width[1]);
    const float *inputs = f->inputs + row * f->inputs_row;
    Product one = {rows, first, columns, inputs, f->inputs_row, 1, f->weight[1], first, f->held + row * f->held_row,
                   f->held_row, f->hidden[1] + row * first, first, NULL, 0, 1};
    if (found && mostly_zero(inputs, rows, columns)) sparse_product(one, found);
    else product(one);
    for (long layer = 2; layer < shape->layers; layer++) {
        long before = padded(shape->width[layer - 1]), after = padded(shape->width[layer]);
        product((Product){rows, after, shape->width[layer - 1], f->hidden[layer - 1] + row * before, before, 1,
                          f->weight[layer], after, f->bias[layer], 0, f->hidden[layer] + row * after, after, NULL, 0, 1});
    }
}

static void forward(const Shape *shape, Forward *f, Memory from) {
    long layers = shape->layers, labels = shape->width[layers], last = shape->width[layers - 1];
    int *found = (int *)take(&from, shape->width[0] + 1);
    prepare_forward(shape, f, &from);
    const float *head = transposed(&from, f->weight[layers], last, labels);
    for (long row = 0; row < shape->rows; row += BLOCK) {
        long rows = smaller(BLOCK, shape->rows - row);
        through_layers(shape, f, row, rows, found);
        for (long at = row; at < row + rows; at++)
            for (long label = 0; label < labels; label++) {
                lanes sum = {0};
                for (long column = 0; column < padded(last); column += LANES)
                    sum = fused(load(f->hidden[layers - 1] + at * padded(last) + column),
                                load(head + label * padded(last) + column), sum);
                f->scores[at * labels + label] = f->bias[layers][label] + total(sum);
            }
    }
}

/* ---- backward ---- */

typedef struct {
    const float *inputs, *hidden[LAYERS + 1], *weight[LAYERS + 1], *slopes;   /* slopes of the scores (row, label) */
    float *delta[LAYERS + 1];                  /* of a block of rows, by what each layer gives before its rectifier */
} Backward;

static void prepare(const Shape *shape, Backward *b, Memory *from, long lowest) {
    for (long layer = lowest; layer < shape->layers; layer++)
        b->weight[layer] = transposed(from, b->weight[layer], shape->width[layer - 1], shape->width[layer]);
    b->weight[shape->layers] =
        transposed(from, b->weight[shape->layers], shape->width[shape->layers - 1], shape->width[shape->layers]);
    for (long layer = 1; layer < shape->layers; layer++) b->delta[layer] = take(from, BLOCK * padded(shape->width[layer]));
    b->delta[0] = take(from, most(shape));     /* zeros, the start of a product */
    memset(b->delta[0], 0, sizeof(float) * most(shape));
}

/* from the slopes by what the last hidden layer gives to those by what the first one gives */
static void down_layers(const Shape *shape, const Backward *b, long row, long rows) {
    for (long layer = shape->layers - 1; layer > 1; layer--) {
        long before = padded(shape->width[layer - 1]), after = padded(shape->width[layer]);
        product((Product){rows, before, shape->width[layer], b->delta[layer], after, 1, b->weight[layer], before,
                          b->delta[0], 0, b->delta[layer - 1], before, b->hidden[layer - 1] + row * before, before, 0});
    }
}

/* the slopes of a block of rows by what each layer gives */
APART void descend(const Shape *shape, const Backward *b, long row, long rows) {
    long layers = shape->layers, labels = shape->width[layers], wide = padded(shape->width[layers - 1]);
    for (long at = 0; at < rows; at++)
        for (long column = 0; column < wide; column += LANES) {
            lanes sum = {0};
            for (long label = 0; label < labels; label++)
                sum = fused(across(b->slopes[(row + at) * labels + label]),
                            load(b->weight[layers] + label * wide + column), sum);
            marks kept = load(b->hidden[layers - 1] + (row + at) * wide + column) > 0;
            store(b->delta[layers - 1] + at * wide + column, (lanes)((marks)sum & kept));
        }
    down_layers(shape, b, row, rows);
}

static float square(const float *values, long count) {
    lanes sum = {0};
    long at = 0;
    for (; at + LANES <= count; at += LANES) sum = fused(load(values + at), load(values + at), sum);
    float found = total(sum);
    for (; at < count; at++) found += values[at] * values[at];
    return found;
}

static void times(float *values, long count, float factor) {
    for (long at = 0; at < count; at++) values[at] *= factor;
}

APART void add(float *to, const float *from, long count, float factor) {
    for (long at = 0; at < count; at++) to[at] += factor * from[at];
}

/* the norm of one row's gradient: of every layer, what went in (and 1 for the bias) times its slope */
APART float norm(const Shape *shape, const Backward *b, long row, long at) {
    long layers = shape->layers;
    float found = 0;
    for (long layer = 1; layer <= layers; layer++) {
        long before = layer > 1 ? padded(shape->width[layer - 1]) : shape->width[0];
        const float *went_in = (layer > 1 ? b->hidden[layer - 1] : b->inputs) + row * before;
        float slope = layer < layers ? square(b->delta[layer] + at * padded(shape->width[layer]), padded(shape->width[layer]))
                                     : square(b->slopes + row * shape->width[layers], shape->width[layers]);
        found += (square(went_in, before) + 1) * slope;
    }
    return sqrtf(found);
}

static int is_empty(const float *values, long count) {
    for (long at = 0; at < count; at++)
        if (values[at] != 0) return 0;
    return 1;
}

typedef struct {
    float *weight[LAYERS + 1], *bias[LAYERS + 1], *norms;
    const float *limit; long limit_row;        /* limit_row 0: one limit for all rows */
} Gradient;

static void gradient(const Shape *shape, Backward *b, Gradient *g, Memory from) {
    long layers = shape->layers, columns = shape->width[0], labels = shape->width[layers], rows = shape->rows;
    float *weight[LAYERS + 1], *bias[LAYERS + 1];
    int *found = (int *)take(&from, columns + 1);
    prepare(shape, b, &from, 2);
    for (long layer = 1; layer <= layers; layer++) {
        long before = layer < layers ? shape->width[layer - 1] : labels;       /* the last layer is held transposed */
        long after = padded(shape->width[layer < layers ? layer : layers - 1]);
        int direct = layer < layers && after == shape->width[layer];
        weight[layer] = direct ? g->weight[layer] : take(&from, before * after);
        bias[layer] = take(&from, padded(shape->width[layer]));
        memset(weight[layer], 0, sizeof(float) * before * after);
        memset(bias[layer], 0, sizeof(float) * padded(shape->width[layer]));
    }
    memset(g->norms, 0, sizeof(float) * rows);
    while (rows && is_empty(b->slopes + (rows - 1) * labels, labels)) rows--;  /* places of a batch without a row */
    for (long row = 0; row < rows; row += BLOCK) {
        long some = smaller(BLOCK, rows - row), wide = padded(shape->width[layers - 1]);
        descend(shape, b, row, some);
        for (long at = 0; at < some; at++) {
            float factor = 1, limit = g->limit[(row + at) * g->limit_row];
            if (!isinf(limit)) {
                float size = g->norms[row + at] = norm(shape, b, row + at, at);
                factor = size > limit ? limit / size : 1;
            }
            for (long layer = 1; layer < layers; layer++) {
                long width = padded(shape->width[layer]);
                if (factor != 1) times(b->delta[layer] + at * width, width, factor);
                add(bias[layer], b->delta[layer] + at * width, width, 1);
            }
            const float *slopes = b->slopes + (row + at) * labels;
            add(bias[layers], slopes, labels, factor);
            for (long label = 0; label < labels; label++)
                add(weight[layers] + label * wide, b->hidden[layers - 1] + (row + at) * wide, wide, factor * slopes[label]);
        }
        for (long layer = 2; layer < layers; layer++) {
            long before = padded(shape->width[layer - 1]), after = padded(shape->width[layer]);
            product((Product){shape->width[layer - 1], after, some, b->hidden[layer - 1] + row * before, 1, before,
                              b->delta[layer], after, weight[layer], after, weight[layer], after, NULL, 0, 0});
        }
        const float *inputs = b->inputs + row * columns;
        long first = padded(shape->width[1]);
        if (mostly_zero(inputs, some, columns)) sparse_outer(weight[1], first, inputs, columns, b->delta[1], some, found);
        else product((Product){columns, first, some, inputs, 1, columns, b->delta[1], first,
                               weight[1], first, weight[1], first, NULL, 0, 0});
    }
    for (long layer = 1; layer < layers; layer++)
        if (weight[layer] != g->weight[layer]) narrowed(g->weight[layer], weight[layer], shape->width[layer - 1], shape->width[layer]);
    for (long layer = 1; layer <= layers; layer++) memcpy(g->bias[layer], bias[layer], sizeof(float) * shape->width[layer]);
    long last = shape->width[layers - 1];
    for (long label = 0; label < labels; label++)
        for (long row = 0; row < last; row++) g->weight[layers][row * labels + label] = weight[layers][label * padded(last) + row];
}

/* the slopes by the inputs, and by what the first layer gives */
static void slopes(const Shape *shape, Backward *b, float *by_inputs, float *by_first, Memory from) {
    long columns = shape->width[0], first = shape->width[1];
    prepare(shape, b, &from, 1);
    float *wide = take(&from, BLOCK * padded(columns));
    for (long row = 0; row < shape->rows; row += BLOCK) {
        long rows = smaller(BLOCK, shape->rows - row), width = (columns + LANES - 1) / LANES * LANES;
        descend(shape, b, row, rows);
        int direct = width == columns;
        product((Product){rows, width, first, b->delta[1], padded(first), 1, b->weight[1], padded(columns), b->delta[0], 0,
                          direct ? by_inputs + row * columns : wide, width, NULL, 0, 0});
        if (!direct)
            for (long at = 0; at < rows; at++)
                memcpy(by_inputs + (row + at) * columns, wide + at * width, sizeof(float) * columns);
        narrowed(by_first + row * first, b->delta[1], rows, first);
    }
}

/* ---- the ascent of the margin between two labels, within bounds ---- */

typedef struct {
    const float *low, *high, *stride;          /* stride: of each row, negative where label 1 is right, 0: stays */
    float *at;                                 /* where the rows are: the start, and the end */
    long steps;
} Ascent;

APART void stride(float *at, const float *slope, const float *low, const float *high, long count, float size) {
    for (long column = 0; column < count; column++) {
        float next = at[column] + size * (float)((slope[column] > 0) - (slope[column] < 0));
        next = next > low[column] ? next : low[column];
        at[column] = next < high[column] ? next : high[column];
    }
}

static void ascend(const Shape *shape, Forward *f, Backward *b, const Ascent *a, Memory from) {
    long layers = shape->layers, columns = shape->width[0], wide = padded(columns), rows = shape->rows;
    long last = padded(shape->width[layers - 1]);
    prepare_forward(shape, f, &from);
    prepare(shape, b, &from, 1);
    float *gap = take(&from, last), *at = take(&from, BLOCK * wide), *slope = take(&from, BLOCK * wide);
    const float *head = b->weight[layers];
    for (long column = 0; column < last; column++) gap[column] = head[last + column] - head[column];
    for (long layer = 1; layer < layers; layer++)
        b->hidden[layer] = f->hidden[layer] = take(&from, BLOCK * padded(shape->width[layer]));
    while (rows && a->stride[rows - 1] == 0) rows--;                           /* places of a batch without a row */
    const float *held = f->held;
    for (long row = 0; row < rows; row += BLOCK) {
        long some = smaller(BLOCK, rows - row);
        for (long one = 0; one < some; one++) memcpy(at + one * wide, a->at + (row + one) * columns, sizeof(float) * columns);
        f->inputs = at, f->inputs_row = wide, f->held = held + row * f->held_row;
        for (long step = 0; step < a->steps; step++) {
            through_layers(shape, f, 0, some, NULL);
            for (long one = 0; one < some; one++)
                for (long column = 0; column < last; column += LANES)
                    store(b->delta[layers - 1] + one * last + column,
                          (lanes)((marks)load(gap + column) & (load(f->hidden[layers - 1] + one * last + column) > 0)));
            down_layers(shape, b, 0, some);
            product((Product){some, (columns + LANES - 1) / LANES * LANES, shape->width[1], b->delta[1], padded(shape->width[1]),
                              1, b->weight[1], wide, b->delta[0], 0, slope, wide, NULL, 0, 0});
            for (long one = 0; one < some; one++)
                stride(at + one * wide, slope + one * wide, a->low + (row + one) * columns, a->high + (row + one) * columns,
                       columns, a->stride[row + one]);
        }
        for (long one = 0; one < some; one++) memcpy(a->at + (row + one) * columns, at + one * wide, sizeof(float) * columns);
    }
}

/* ---- what JAX calls ---- */

/* inputs and `layers` weights, found at `step` places from one another */
static Shape shaped(XLA_FFI_CallFrame *frame, long layers, long weights, long step) {
    Shape shape = {layers, argument(frame, 0)->dims[0], {argument(frame, 0)->dims[1]}};
    for (long layer = 1; layer <= layers; layer++)
        shape.width[layer] = argument(frame, weights + (layer - 1) * step)->dims[1];
    return shape;
}

/* inputs, bias, weight -> what the first layer gives before its rectifier */
XLA_FFI_Error *perceptron_first(XLA_FFI_CallFrame *frame) {
    if (introduced(frame)) return NULL;
    Shape shape = {1, argument(frame, 0)->dims[0], {argument(frame, 0)->dims[1], argument(frame, 2)->dims[1]}};
    long columns = shape.width[0], wide = padded(shape.width[1]);
    Memory from = memory((columns + 2) * wide + padded(columns + 1) + BLOCK * wide);
    if (!from.next) return told(frame, "no memory for a perceptron's first layer");
    const float *bias = spread(&from, given(frame, 1), 1, shape.width[1]);
    const float *weight = spread(&from, given(frame, 2), columns, shape.width[1]);
    int *found = (int *)take(&from, columns + 1);
    float *out = take(&from, BLOCK * wide);
    for (long row = 0; row < shape.rows; row += BLOCK) {
        long rows = smaller(BLOCK, shape.rows - row);
        const float *inputs = given(frame, 0) + row * columns;
        Product one = {rows, wide, columns, inputs, columns, 1, weight, wide, bias, 0, out, wide, NULL, 0, 0};
        if (mostly_zero(inputs, rows, columns)) sparse_product(one, found);
        else product(one);
        narrowed(result(frame, 0) + row * shape.width[1], out, rows, shape.width[1]);
    }
    return NULL;
}

/* inputs, held, weight 1, weight 2, bias 2, ... -> scores, hidden 1, hidden 2, ... */
XLA_FFI_Error *perceptron_forward(XLA_FFI_CallFrame *frame) {
    if (introduced(frame)) return NULL;
    long layers = frame->rets.size;
    Shape shape = {layers, argument(frame, 0)->dims[0], {argument(frame, 0)->dims[1], argument(frame, 2)->dims[1]}};
    Forward f = {given(frame, 0), given(frame, 1)};
    f.inputs_row = shape.width[0];
    f.held_row = argument(frame, 1)->rank > 1;
    f.scores = result(frame, 0);
    f.weight[1] = given(frame, 2);
    for (long layer = 2; layer <= layers; layer++) {
        shape.width[layer] = argument(frame, 2 * layer - 1)->dims[1];
        f.weight[layer] = given(frame, 2 * layer - 1);
        f.bias[layer] = given(frame, 2 * layer);
        f.hidden[layer - 1] = result(frame, layer - 1);
    }
    long held = f.held_row ? shape.rows * padded(shape.width[1]) : padded(shape.width[1]);
    Memory from = memory(weights_size(&shape) + padded(shape.width[0] + 1) + held);
    if (!from.next) return told(frame, "no memory for a perceptron's class scores");
    forward(&shape, &f, from);
    return NULL;
}

static Backward arguments(XLA_FFI_CallFrame *frame, long layers) {
    Backward b = {given(frame, 0), .slopes = given(frame, 2 * layers)};
    for (long layer = 1; layer <= layers; layer++) {
        b.weight[layer] = given(frame, layer);
        if (layer < layers) b.hidden[layer] = given(frame, layers + layer);
    }
    return b;
}

static Memory backward_memory(const Shape *shape, long held_rows) {
    return memory(3 * weights_size(shape) + (2 * BLOCK + 4) * (shape->layers + 3) * most(shape) +
                  held_rows * padded(shape->width[1]));
}

/* inputs, weights, hidden, slopes of the scores, limit of all rows or of each -> weight 1, bias 1, weight 2, ..., norms (0 without a limit) */
XLA_FFI_Error *perceptron_gradient(XLA_FFI_CallFrame *frame) {
    if (introduced(frame)) return NULL;
    long layers = frame->rets.size / 2;
    Shape shape = shaped(frame, layers, 1, 1);
    Backward b = arguments(frame, layers);
    Gradient g = {.norms = result(frame, 2 * layers), .limit = given(frame, 2 * layers + 1)};
    g.limit_row = argument(frame, 2 * layers + 1)->rank > 0;
    for (long layer = 1; layer <= layers; layer++) {
        g.weight[layer] = result(frame, 2 * layer - 2);
        g.bias[layer] = result(frame, 2 * layer - 1);
    }
    Memory from = backward_memory(&shape, 0);
    if (!from.next) return told(frame, "no memory for a perceptron's gradient");
    gradient(&shape, &b, &g, from);
    return NULL;
}

/* inputs, weights, hidden, slopes of the scores -> slopes by the inputs, slopes by what the first layer gives */
XLA_FFI_Error *perceptron_slopes(XLA_FFI_CallFrame *frame) {
    if (introduced(frame)) return NULL;
    long layers = frame->args.size / 2;
    Shape shape = shaped(frame, layers, 1, 1);
    Backward b = arguments(frame, layers);
    Memory from = backward_memory(&shape, 0);
    if (!from.next) return told(frame, "no memory for a perceptron's slopes");
    slopes(&shape, &b, result(frame, 0), result(frame, 1), from);
    return NULL;
}

/* start, low, high, stride, held, steps, weight 1, weight 2, bias 2, ..., -> where the ascent ends */
XLA_FFI_Error *perceptron_ascent(XLA_FFI_CallFrame *frame) {
    if (introduced(frame)) return NULL;
    long layers = (frame->args.size - 5) / 2;
    Shape shape = {layers, argument(frame, 0)->dims[0], {argument(frame, 0)->dims[1], argument(frame, 6)->dims[1]}};
    Ascent a = {given(frame, 1), given(frame, 2), given(frame, 3), result(frame, 0), *(int32_t *)argument(frame, 5)->data};
    Forward f = {.held = given(frame, 4), .held_row = argument(frame, 4)->rank > 1};
    Backward b = {0};
    f.weight[1] = b.weight[1] = given(frame, 6);
    for (long layer = 2; layer <= layers; layer++) {
        shape.width[layer] = argument(frame, 2 * layer + 3)->dims[1];
        f.weight[layer] = b.weight[layer] = given(frame, 2 * layer + 3);
        f.bias[layer] = given(frame, 2 * layer + 4);
    }
    Memory from = backward_memory(&shape, f.held_row ? shape.rows : 1);
    if (!from.next) return told(frame, "no memory for an ascent of a perceptron's margin");
    memcpy(a.at, given(frame, 0), sizeof(float) * shape.rows * shape.width[0]);
    ascend(&shape, &f, &b, &a, from);
    return NULL;
}
