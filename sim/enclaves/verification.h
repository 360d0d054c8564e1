/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How verifications find silent errors, and what comes of those they found. */
#pragma once

struct bh_enclave;
struct bh_silent_error;

/* The end of a verification that began at `begun_s`: draws for each error that was there then whether it is found. What
 * is found is signalled after the enclave's detection latency. */
void bh_silent_verify(struct bh_enclave *enclave, double begun_s);

/* Signals the errors that are due by `time_s`: checkpoints that no verification had passed before are given up, and the
 * enclave is told to go back; or, where it is known which hold the errors, these, and if its data hold one. */
void bh_silent_signal(struct bh_enclave *enclave, double time_s);

/* The error that the last signal was about; of several the one that has been in the data longest. */
const struct bh_silent_error *bh_silent_blamed(const struct bh_enclave *enclave);
/* One that was found and has not been signalled; NULL if there is none. */
const struct bh_silent_error *bh_silent_awaited(const struct bh_enclave *enclave);

/* The enclave's work is over: counts what its silent errors have tainted. */
void bh_silent_end(struct bh_enclave *enclave);
