/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/memory.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define BLOCK_SIZE (16 * 1024)	/* for a usual record */

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGNMENT) uint8_t bytes[];
};

static _Thread_local bool active;
static _Thread_local bool lacked;
static _Thread_local struct block *blocks;

static struct block *add_block(size_t least)
{
	size_t size = blocks != NULL ? 2 * blocks->size : BLOCK_SIZE;
	struct block *block;

	if (size < least)
		size = least;
	block = malloc(sizeof(*block) + size);
	if (block == NULL) {
		lacked = true;
		return NULL;
	}
	block->next = blocks;
	block->size = size;
	block->used = 0;
	blocks = block;
	return block;
}

static void *take(size_t size)
{
	struct block *block = blocks;
	void *p;

	if (!active)
		return malloc(size);
	if (size > SIZE_MAX / 4)
		return NULL;
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (block == NULL || size > block->size - block->used)
		block = add_block(size);
	if (block == NULL)
		return NULL;
	p = block->bytes + block->used;
	block->used += size;
	return p;
}

static void give(void *p)
{
	if (active || p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void set_functions(void)
{
	json_set_alloc_funcs(take, give);
}

void mfa_json_wipes(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, set_functions);
}

void mfa_json_begin(void)
{
	mfa_json_wipes();
	active = true;
	lacked = false;
}

void mfa_json_note_lack(void)
{
	lacked = true;
}

bool mfa_json_lacked(void)
{
	return lacked;
}

void mfa_json_end(void)
{
	struct block *block;

	active = false;
	while ((block = blocks) != NULL) {
		blocks = block->next;
		explicit_bzero(block->bytes, block->used);
		free(block);
	}
}
