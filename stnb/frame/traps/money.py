"""Jobs and money: what was cancelled, and why a sum is not the revenue of the dashboard."""

from __future__ import annotations

from .models import Pulled, count, percent, zeros


def cancelled(p: Pulled) -> str:
    """Cancelled jobs may have a completedOn: the moment when they were cancelled."""
    if "jobStatus" in p.given or not {"jobStatus", "completedOn"} <= set(p.columns):
        return ""
    status, done = p.values("jobStatus"), p.values("completedOn")
    ask = f"{p.only('jobStatus', 'Completed')} for those that were done."
    if status is None or done is None:
        return f"{p.name}: a cancelled job may have a completedOn too; {ask}"
    cancelled = status.astype("str").str.fullmatch("cancel+ed", case=False)
    many = count(cancelled & done.notna())
    if not many:
        return ""
    return f"{many:,} of these jobs have a completedOn, but were cancelled: {ask}"


REVENUE = "is not the revenue on ServiceTitan's dashboard"
REPORT = "its report 175 (Revenue) is"  # as clients have it; no document says so


def job_totals(p: Pulled) -> str:
    """A total of 0 is one that is not recorded, as the documentation says, and jobs are not all of
    the revenue.
    """
    total = p.values("total")
    if total is not None and "jobStatus" in p.columns and p.frame is not None:
        total = total[p.frame["jobStatus"].astype("str") == "Completed"]
    share = 0.0
    if total is not None and len(total):
        share = zeros(total) / len(total)
    if share:
        return (
            f"{p.name}: total is 0 in {percent(share)} of these completed jobs, which means not"
            f" recorded, and its sum {REVENUE}: {REPORT}, and invoices have the amounts."
        )
    return (
        f"{p.name}: the sum of total {REVENUE}, which has adjustments and sales without a job too:"
        f" {REPORT}."
    )


def invoice_totals(p: Pulled) -> str:
    return f"{p.name}: the sum of total {REVENUE}: {REPORT}."


def several_invoices(p: Pulled) -> str:
    """An adjustment is an invoice of its own, with the same job."""
    add = "add them up by job.id before they are merged with jobs."
    if p.frame is None:
        return f"{p.name}: a job may have several invoices, as adjustments are invoices too: {add}"
    if "job.id" not in p.columns:
        return ""
    jobs = p.frame["job.id"]
    many = int(jobs[jobs.duplicated() & jobs.notna()].nunique())
    if not many:
        return ""
    some = "1 job has" if many == 1 else f"{many:,} jobs have"
    return (
        f"{some} several of these invoices, as adjustments (adjustmentToId) are invoices too: {add}"
    )
