#include "subject.h"

#include <errno.h>
#include <stddef.h>

#include "language/language.h"

int subject_read(struct conversation *c, struct subject *out)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	int r;

	*out = (struct subject){ .local = c->peer.kind != PEER_ROOT, .refusal = NULL };
	r = mfa_frame_text(&c->frame, MFA_FIELD_USER, name, sizeof(name));
	if (r != 0)
		return -EINVAL;
	r = mfa_identity_of_name(name, &out->identity);
	if (r != 0) {
		out->refusal = r == -EINVAL ? "bad-name" : "lookup-failed";
		return r;
	}
	if (out->local && (!out->identity.known || out->identity.uid != c->peer.uid)) {
		out->refusal = "not-own-account";
		return -EPERM;
	}
	return 0;
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
	if (!id->known)
		return 0;
	r = mfa_accounts_check_uid(c->verifier->accounts, id->uid, id->name);
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
		{ -ESTALE, { MFA_RESULT_UNAVAILABLE,
			N_("The second-factor records are missing. Please tell your administrator.") } },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			return rows[i].failure;
	return (struct failure){ MFA_RESULT_FAILED,
		N_("The second-factor service can't read or write its records just now, so nothing was "
		   "changed. Please tell your administrator.") };
}
