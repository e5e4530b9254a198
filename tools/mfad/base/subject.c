/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/subject.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "account/spelling.h"
#include "account/uid_index.h"
#include "language/language.h"
#include "log/log.h"
#include "mfad/base/directory.h"
#include "name/name.h"

static int folded(const struct conversation *c, bool *out)
{
	int r = mfa_spelling_folded(mfa_accounts_vault(c->verifier->accounts), out);

	if (r != 0)
		mfa_log_message(LOG_ERR, "names", "how names are spelt in the store can't be read (mfa-admin names)", r);
	return r;
}

/* Whether names that the system does not know are taken in lower case at a service. */
static bool folds(const struct mfa_policy *policy)
{
	return !policy->nss && !policy->names_exact;
}

/* Without a realm that some service takes off, for there is no account behind it. */
static void take_any_realm(const struct mfa_conf *conf, const char *name, char *out)
{
	size_t i;

	for (i = 0; i < conf->policy_count; i++)
		if (folds(&conf->policies[i]) && mfa_name_take_realm(name, &conf->policies[i].realms, out))
			return;
	memcpy(out, name, strlen(name) + 1);
}

/* Whether there is a service that takes other letters in a name that the system does not know, or none that takes
 * such names at all. */
static bool letters_are_taken(const struct mfa_conf *conf)
{
	bool strangers = false;
	size_t i;

	for (i = 0; i < conf->policy_count; i++) {
		if (!conf->policies[i].nss && conf->policies[i].names_exact)
			return true;
		strangers = strangers || folds(&conf->policies[i]);
	}
	return !strangers;
}

int subject_spell(struct conversation *c, struct mfa_identity *id)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct mfa_identity spelt;
	bool fold;
	int r;

	if (id->known)
		return 0;
	take_any_realm(c->conf, id->name, name);
	mfa_name_fold(name, name);
	if (strcmp(name, id->name) == 0)
		return 0;
	r = folded(c, &fold);
	if (r != 0 || !fold)
		return r;
	r = directory_identity(c, name, &spelt);
	/* As at a sign-in, nobody becomes root by a spelling. */
	if (r == 0 && !(spelt.known && spelt.uid == 0))
		*id = spelt;
	return r;
}

int subject_check_new(struct conversation *c, const struct mfa_identity *id)
{
	char other[MFA_ACCOUNT_NAME_MAX + 1];
	bool fold = false;
	int r = 0, why = 0;

	if (!id->known)
		r = mfa_spelling_other(mfa_accounts_vault(c->verifier->accounts), id->name, other);
	if (r == -EEXIST)
		why = -ENOTUNIQ;
	else if (r == 0 && !id->known && !mfa_name_is_plain(id->name) && !letters_are_taken(c->conf))
		why = -EILSEQ;
	if (why == 0)
		return r;
	r = folded(c, &fold);
	return r == 0 && fold ? why : r;
}

/* A name that the system does not know, as the store has it.  By taking off a realm or folding nobody becomes
 * root, nor somebody whose letters a directory may take for others. */
static int spell(struct conversation *c, const struct mfa_policy *policy, struct subject *out)
{
	struct mfa_identity *id = &out->identity, spelt;
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	int r;

	if (policy->names_exact)
		return 0;
	(void)mfa_name_take_realm(id->name, &policy->realms, name);
	mfa_name_fold(name, name);
	if (!mfa_name_is_plain(name))
		out->barred = "name-letters";
	if (strcmp(name, id->name) == 0)
		return 0;
	r = directory_identity(c, name, &spelt);
	if (r != 0)
		return r;
	memcpy(out->asked_as, id->name, sizeof(out->asked_as));
	*id = spelt;
	if (!spelt.known || spelt.uid != 0)
		return 0;
	id->known = false;
	out->barred = "name-of-root";
	return 0;
}

/* Where names need not be known to the system, in a folded store. */
static int read_spelling(struct conversation *c, const struct mfa_policy *policy, struct subject *out)
{
	int r = folded(c, &out->folded);

	if (r == 0 && out->folded && !out->identity.known)
		r = spell(c, policy, out);
	if (r != 0 || !out->folded || out->barred != NULL)
		return r;
	r = mfa_spelling_other(mfa_accounts_vault(c->verifier->accounts), out->identity.name,
			       out->other);
	if (r == -EEXIST)
		out->barred = "name-like-another";
	return r == -EEXIST ? 0 : r;
}

static const char *refusal_of(int error)
{
	if (error == -ETIME)
		return "directory-slow";
	return error == -EINVAL ? "bad-name" : "lookup-failed";
}

const char subject_not_own[] = "not-own-account";

enum mfa_voice subject_voice(const struct subject *subject)
{
	if (!subject->local)
		return MFA_VOICE_ROOT;
	return subject->caller != NULL ? MFA_VOICE_CALLER : MFA_VOICE_OWN;
}

int subject_read(struct conversation *c, const struct mfa_policy *policy, struct subject *out)
{
	const struct mfa_caller *caller = NULL;
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	int r;

	*out = (struct subject){ .local = c->peer.kind != PEER_ROOT, .refusal = NULL };
	if (policy != NULL && c->peer.kind == PEER_SELF)
		caller = mfa_conf_caller(policy, c->peer.uid);
	if (caller != NULL)
		out->caller = caller->name;
	r = mfa_frame_text(&c->frame, MFA_FIELD_USER, name, sizeof(name));
	if (r != 0)
		return -EINVAL;
	r = directory_identity(c, name, &out->identity);
	if (r != 0) {
		out->refusal = refusal_of(r);
		/* For the log: who that is could not be known. */
		if (mfa_account_name_valid(name))
			memcpy(out->identity.name, name, strlen(name) + 1);
		return r;
	}
	if (subject_voice(out) == MFA_VOICE_OWN && (!out->identity.known || out->identity.uid != c->peer.uid)) {
		out->refusal = subject_not_own;
		return -EPERM;
	}
	if (subject_voice(out) == MFA_VOICE_OWN || (policy != NULL && policy->nss))
		return 0;
	r = policy != NULL ? read_spelling(c, policy, out) : subject_spell(c, &out->identity);
	if (r != 0)
		out->refusal = refusal_of(r);
	return r;
}

int subject_check_record(struct conversation *c, struct subject *subject,
			 const struct mfa_record *record)
{
	const struct mfa_identity *id = &subject->identity;
	const struct mfa_account *account = record->account;
	int r;

	if (!record->decoy && account->has_uid && !id->known) {
		subject->refusal = "name-gone";
		return -EPERM;
	}
	if (!record->decoy && account->has_uid && account->uid != id->uid) {
		subject->refusal = "uid-changed";
		return -EPERM;
	}
	/* A name that the system does not know has no uid to look for, and takes as long. */
	r = mfa_uid_index_check(c->verifier->accounts, id->known ? id->uid : (uint32_t)-1, id->name);
	if (r == -EEXIST) {
		subject->refusal = "uid-of-another-account";
		return -EPERM;
	}
	return r;
}

struct failure failure_of(int error)
{
	static const struct { int error; struct failure failure; } rows[] = {
		{ -EPERM, { MFA_RESULT_REFUSED,
			N_("This account's second factor can't be used until your administrator has looked at it.") } },
		{ -EINVAL, { MFA_RESULT_DENIED, N_("That is not the name of an account.") } },
		{ -EBADMSG, { MFA_RESULT_REFUSED,
			N_("This account's record is damaged. Please tell your administrator.") } },
		{ -ENOKEY, { MFA_RESULT_REFUSED,
			N_("This account's record can't be read. Please tell your administrator.") } },
		{ -EPROTONOSUPPORT, { MFA_RESULT_REFUSED,
			N_("This account's record is from a newer version. Please tell your administrator.") } },
		{ -EKEYREVOKED, { MFA_RESULT_REFUSED,
			N_("The account was changed meanwhile, so that what you showed no longer counts. Nothing was\n"
			"changed; please start again.") } },
		{ -ENOENT, { MFA_RESULT_NOT_FOUND, N_("There is no such account.") } },
		{ -EILSEQ, { MFA_RESULT_INVALID,
			N_("The system does not know this name, and where nss = no it would be refused: it has other letters\n"
			   "than a to z, 0 to 9 and . _ @ - (names = exact takes it, and so does a realm in `realms`).") } },
		{ -ENOTUNIQ, { MFA_RESULT_EXISTS,
			N_("There is an account whose name differs from this one in capital letters alone.\n"
			   "`mfa-admin names` lists such names.") } },
		{ -ETIME, { MFA_RESULT_BUSY,
			N_("The directory of users and groups did not answer in time, so nothing could be\n"
			   "decided. Please try again in a moment; if it stays so, tell your administrator.") } },
		{ -EIDRM, { MFA_RESULT_UNAVAILABLE,
			N_("The second-factor records are missing. Please tell your administrator.") } },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			return rows[i].failure;
	return (struct failure){ MFA_RESULT_FAILED,
		N_("The second-factor service can't read or write its records just now, so nothing was\n"
		   "changed. Please tell your administrator.") };
}

const char *failure_of_store(void)
{
	return N_("The second-factor service can't use its store, so nothing was changed.\n"
		  "`mfa-admin check-store` says what is wrong, and what to do.");
}

struct failure failure_to(const struct conversation *c, int error)
{
	struct failure failure = failure_of(error);

	if (c->peer.kind == PEER_ROOT && (error == -ESTALE || error == -EIDRM))
		failure.text = failure_of_store();
	return failure;
}

const char *subject_failure_text(const struct subject *subject, int error)
{
	if (subject->refusal == subject_not_own)
		return N_("This program runs neither as root nor as the owner of this account, so that it may\n"
			  "not ask for it. Please tell your administrator.");
	return failure_of(error).text;
}

int subject_still(int error)
{
	return error == -ENOENT ? -EPERM : error;
}
