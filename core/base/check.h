/* Programmer errors: conditions that cannot be false unless this program is wrong.
 *
 * PR_CHECK stays on in every build: it prints where and stops the process, because going on with a broken
 * invariant could move money.  Input from outside is never checked with it: it is refused with a status.
 * PR_DCHECK is for checks too costly for production; it is compiled in when PR_VERIFY is defined. */
#ifndef PR_BASE_CHECK_H
#define PR_BASE_CHECK_H

/* Prints "file:line: check failed: text" to standard error and aborts. */
_Noreturn void pr_check_failed(const char *file, int line, const char *text);

#define PR_CHECK(x) ((x) ? (void)0 : pr_check_failed(__FILE__, __LINE__, #x))
#ifdef PR_VERIFY
#define PR_DCHECK(x) PR_CHECK(x)
#else
#define PR_DCHECK(x) ((void)sizeof(x))
#endif

#define PR_STATIC_ASSERT(x, text) _Static_assert(x, text)
#define PR_MUST_USE __attribute__((warn_unused_result))

#endif
