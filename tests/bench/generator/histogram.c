/* A histogram of times in microseconds with a resolution of 0.4 %: buckets that double in width,
 * 256 in each doubling. Not here: what is counted (`schedule.c`). */
#include "generator.h"

#define SUB_BITS 8
#define SUB (1 << SUB_BITS)
#define DOUBLINGS 40

static size_t bucket(uint64_t us) {
    if (us < SUB)
        return us;
    int shift = 63 - __builtin_clzll(us) - SUB_BITS;
    return (size_t)(shift + 1) * SUB + ((us >> shift) - SUB);
}

static int64_t highest_in(size_t index) {
    if (index < SUB)
        return (int64_t)index;
    int shift = (int)(index / SUB) - 1;
    return (int64_t)(((uint64_t)(index % SUB + SUB + 1) << shift) - 1);
}

void histogram_start(struct histogram *h) {
    h->counts = allocate((size_t)SUB * DOUBLINGS, sizeof *h->counts);
}

void histogram_add(struct histogram *h, int64_t us) {
    size_t index = bucket(us > 0 ? (uint64_t)us : 0);
    h->counts[index < (size_t)SUB * DOUBLINGS ? index : (size_t)SUB * DOUBLINGS - 1]++;
    h->total++;
    if (us > h->max_us)
        h->max_us = us;
}

/* The value that so large a share of all values does not exceed; -1 of an empty histogram. */
int64_t histogram_at(const struct histogram *h, double share) {
    if (!h->total)
        return -1;
    uint64_t wanted = (uint64_t)(share * (double)h->total + 0.999999), passed = 0;
    for (size_t index = 0; index < (size_t)SUB * DOUBLINGS; index++) {
        passed += h->counts[index];
        if (passed >= wanted && passed)
            return highest_in(index) < h->max_us ? highest_in(index) : h->max_us;
    }
    return h->max_us;
}
