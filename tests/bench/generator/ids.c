/* Players by their user id, and the few steps of JSON reading that the events need.
 *
 * Keys are looked for by name, so their order and white space may differ between servers; no
 * string of the game can hold an unescaped quote, so `"moves"` is a key wherever it stands. */
#define _GNU_SOURCE
#include "generator.h"

#include <string.h>

struct slot {
    char id[MAX_ID + 1];
    uint8_t length;
    int32_t index; /* plus one: 0 is empty */
};

static struct slot *slots;
static size_t mask;

static size_t hash(const char *id, size_t length) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)id[i]) * 0x100000001b3u;
    return (size_t)(h ^ (h >> 29));
}

void ids_start(int count) {
    size_t size = 64;
    while (size < (size_t)count * 4)
        size *= 2;
    slots = allocate(size, sizeof *slots);
    mask = size - 1;
}

static struct slot *slot_of(const char *id, size_t length) {
    size_t at = hash(id, length) & mask;
    while (slots[at].index &&
           (slots[at].length != length || memcmp(slots[at].id, id, length) != 0))
        at = (at + 1) & mask;
    return &slots[at];
}

void ids_add(const char *id, size_t length, uint32_t index) {
    struct slot *slot = slot_of(id, length);
    memcpy(slot->id, id, length);
    slot->length = (uint8_t)length;
    slot->index = (int32_t)index + 1;
}

/* The player's number, or -1 for a stranger. */
int ids_find(const char *id, size_t length) {
    return length > MAX_ID ? -1 : slot_of(id, length)->index - 1;
}

static const char *skip_space(const char *text, const char *end) {
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r'))
        text++;
    return text;
}

/* Where the value of a key begins, or NULL; `key` is given with its quotes. */
const char *after_key(const char *text, const char *end, const char *key) {
    size_t length = strlen(key);
    const char *found = text;
    while ((found = memmem(found, (size_t)(end - found), key, length))) {
        found = skip_space(found + length, end);
        if (found < end && *found == ':')
            return skip_space(found + 1, end);
    }
    return NULL;
}

/* The string at `text` without its quotes, or NULL. */
const char *read_string(const char *text, const char *end, size_t *length) {
    text = skip_space(text, end);
    if (text >= end || *text != '"')
        return NULL;
    const char *close = memchr(text + 1, '"', (size_t)(end - text - 1));
    if (!close)
        return NULL;
    *length = (size_t)(close - text - 1);
    return text + 1;
}

/* Reads a whole number after any brackets, commas and spaces; returns what follows, or NULL. */
const char *read_number(const char *text, const char *end, int64_t *value) {
    while (text < end && (*text == ' ' || *text == ',' || *text == '['))
        text++;
    bool negative = text < end && *text == '-';
    text += negative;
    if (text >= end || *text < '0' || *text > '9')
        return NULL;
    int64_t n = 0;
    for (; text < end && *text >= '0' && *text <= '9'; text++)
        n = n * 10 + (*text - '0');
    *value = negative ? -n : n;
    return text;
}
