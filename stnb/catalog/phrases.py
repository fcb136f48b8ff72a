"""What people call things, and where ServiceTitan keeps them: "revenue" is in invoices, "who
answered" in calls.
"""

from __future__ import annotations

import functools
import re

# The words that mean them, then the resources, the likeliest first.
TABLE = (
    # work
    ("no show, no shows, cancelled, canceled, cancellation, cancelled jobs, canceled jobs, why cancelled, called off, lost jobs",
     "jpm.export.job_canceled_logs, jpm.jobs.canceled_log, jpm.job_cancel_reasons"),
    ("cancellation reason, reason for cancelling", "jpm.job_cancel_reasons, jpm.jobs.cancel_reasons"),
    ("on hold, job on hold, held jobs, waiting for parts, paused", "jpm.job_hold_reasons, jpm.jobs.hold_reasons, jpm.jobs"),
    ("work order, service call, ticket, completed work, open work, jobs done", "jpm.jobs"),
    ("recall, callback, comeback, redo, rework, return visit, go back", "jpm.jobs"),
    ("warranty, warranty work, warranty job, under warranty", "jpm.jobs, equipmentsystems.installed_equipment, pricebook.equipment"),
    ("visit, schedule, calendar, agenda, appointment time, rescheduled", "jpm.appointments, dispatch.appointment_assignments"),
    ("arrival, time slot, time window, promised time", "dispatch.arrival_windows, jpm.appointments"),
    ("install, installation, construction, big job, multi day", "jpm.projects, jpm.jobs"),
    ("work in progress, wip, backlog", "jpm.projects, jpm.jobs"),
    ("job history, audit trail, who changed", "jpm.export.job_history, jpm.jobs.history"),
    ("job note, technician note, what was said", "jpm.export.job_notes, jpm.jobs.notes"),
    ("type of work, kind of job, service type, job class, trade", "jpm.job_types, settings.business_units"),
    ("budget, cost code, wbs", "jpm.work_breakdown_structure.budget_codes, jpm.work_breakdown_structure.projects.budget_codes"),
    # dispatch
    ("dispatch, dispatch board, assigned, who went, who was sent, who did the job", "dispatch.appointment_assignments, jpm.appointments"),
    ("on the way, en route, gps, where is the technician, tracking link", "dispatch.technician_tracking, dispatch.appointment_assignments"),
    ("shift, shifts, working hours, availability, on call, time off, day off, vacation", "dispatch.technician_shifts, dispatch.non_job_appointments"),
    ("meeting, lunch, training, pto, sick day", "dispatch.non_job_appointments, payroll.non_job_timesheets"),
    ("opening hours, open hours, office hours", "dispatch.business_hours"),
    ("skill, certification, license, qualified", "dispatch.technician_skills, settings.technicians"),
    ("territory, service area, region, coverage", "dispatch.zones"),
    ("capacity, overbooked, too busy", "marketingads.capacity_warnings, dispatch.technician_shifts"),
    # calls and booking
    ("who answered, who called, call center, csr, phone calls, missed calls, abandoned calls, ring, answered, unanswered, inbound, outbound",
     "telecom.calls, telecom.export.calls"),
    ("recording, call recording, listen", "telecom.calls.recording, telecom.calls"),
    ("voicemail, voice message", "telecom.calls.voicemail, telecom.calls"),
    ("why they called, reason for call, call outcome", "jbce.call_reasons, telecom.calls"),
    ("booked, booking rate, who booked, conversion, call conversion", "telecom.calls, crm.bookings, jpm.jobs.booked_log"),
    ("online booking, web booking, booking request, book online", "crm.bookings, schedulingpro.schedulers.sessions"),
    ("opt out, unsubscribe, do not contact, do not call, do not text", "telecom.optinouts.optouts, marketing.suppressions"),
    ("chat, website visitor, web scheduler, online scheduler", "schedulingpro.schedulers.sessions, schedulingpro.schedulers"),
    # customers
    ("client, clients, account holder, homeowner, who are our customers, new customers", "crm.customers"),
    ("address, site, property, service address, house, building, where", "crm.locations"),
    ("phone, phone number, email, email address, mobile, cell phone, contact details", "crm.contacts.contact_methods, crm.customers.contacts, crm.contacts"),
    ("prospect, enquiry, inquiry, lost lead, follow up", "crm.leads, sales.opportunities.followups"),
    ("vip, label, flag", "settings.tag_types"),
    ("customer note, remark", "crm.customers.notes"),
    ("custom field, extra field", "jpm.jobs.custom_fields, crm.customers.custom_fields, crm.locations.custom_fields"),
    # money in
    ("revenue, sales total, turnover, income, billing, billed, bill, bills to customers, sold amount, average ticket, money earned",
     "accounting.invoices, accounting.export.invoice_items, jpm.jobs"),
    ("line items, invoice lines, items sold, what was sold", "accounting.export.invoice_items, accounting.invoices"),
    ("unpaid, owed, outstanding, overdue, receivable, accounts receivable, ar, aging, open balance, balance due, past due, who owes",
     "accounting.invoices, accounting.payments"),
    ("paid, cash, card, credit card, check, cheque, collected, collections, receipts from customers", "accounting.payments, accounting.payment_types"),
    ("refund, refunded, money back, credit note, credited", "accounting.credit_memos, accounting.payments"),
    ("deposit, bank, banking", "accounting.bank_deposits, accounting.payments"),
    ("net 30, due date, terms", "accounting.payment_terms"),
    ("how they paid, payment method, financing", "accounting.payment_types, accounting.payments"),
    ("sales tax, tax rate, vat", "accounting.tax_zones, accounting.invoices"),
    ("bookkeeping, ledger, general ledger, chart of accounts, gl", "accounting.gl_accounts, accounting.journal_entries"),
    ("debit, postings, quickbooks, intacct, accounting export", "accounting.journal_entries, accounting.journal_entries.details"),
    # money out
    ("accounts payable, payable, ap, supplier bill, vendor bill, expense, expenses", "accounting.ap_bills, accounting.ap_payments, inventory.vendors"),
    ("vendor credit, supplier credit", "accounting.ap_credits"),
    # sales
    ("quote, quotes, proposal, bid, offer", "sales.estimates, sales.proposal_templates"),
    ("upsell, upsold, add on, close rate, closing rate, sold estimates, won, lost, unsold, open estimates", "sales.estimates, sales.estimates.items"),
    ("good better best, option, package", "sales.estimate_templates, sales.proposal_templates"),
    ("pipeline, funnel, deal, deals", "sales.opportunities, sales.estimates"),
    ("technician generated lead, tgl, lead set by", "jpm.jobs, crm.leads"),
    # memberships
    ("renewal, renewals, renew, expiring, expired, members, subscription, maintenance plan, service plan, club, churn",
     "memberships.memberships, memberships.export.membership_status_changes, service_agreements.service_agreements"),
    ("membership cancelled, lost members, membership changes", "memberships.export.membership_status_changes, memberships.memberships.status_changes"),
    ("tune up, due visits, maintenance due, recurring, upcoming maintenance, preventive maintenance", "memberships.recurring_service_events, memberships.recurring_services"),
    ("plan price, membership price, billing frequency", "memberships.membership_types, memberships.membership_types.duration_billing_items"),
    ("contract, commercial contract, agreement", "service_agreements.service_agreements"),
    # people and pay
    ("tech, techs, plumber, electrician, installer, field staff, crew", "settings.technicians, dispatch.teams"),
    ("staff, office staff, dispatcher, user, users, people, manager", "settings.employees, settings.technicians"),
    ("permission, role, access rights", "settings.user_roles"),
    ("department, division, branch, company, office", "settings.business_units"),
    ("commission, commissions, spiff, spiffs, bonus, incentive, performance pay", "payroll.gross_pay_items, payroll.jobs.splits, payroll.payroll_adjustments"),
    ("overtime, double time, wage, wages, salary, pay, paycheck, earnings, labor cost, labour cost", "payroll.gross_pay_items, payroll.payrolls"),
    ("timesheet, hours worked, clock in, clock out, time card, punch, drive time, idle time", "payroll.jobs.timesheets, timesheets.activities, payroll.non_job_timesheets"),
    ("deduction, reimbursement, pay correction", "payroll.payroll_adjustments"),
    ("split, share of the job", "payroll.jobs.splits"),
    ("pay period, pay run", "payroll.payrolls"),
    ("hourly rate, pay rate, prevailing wage", "payroll.payroll_settings, payroll.locations.rates"),
    # stock
    ("stock, inventory, on hand, quantity on hand, inventory level, warehouse, storage, bin", "inventory.warehouses, inventory.adjustments, inventory.inventory_templates"),
    ("truck, van, vehicle, fleet", "inventory.trucks"),
    ("restock, replenish, par level, minimum stock", "inventory.inventory_templates, inventory.transfers"),
    ("stock count, shrinkage, write off", "inventory.adjustments"),
    ("moved stock, stock move", "inventory.transfers"),
    ("po, order parts, parts ordered, ordered, buying, procurement, purchase", "inventory.purchase_orders, inventory.purchase_orders.requests"),
    ("goods received, delivery, delivered", "inventory.receipts"),
    ("send back, returned parts, core return", "inventory.returns"),
    ("supplier, supply house, wholesaler", "inventory.vendors"),
    # pricebook
    ("price, price list, flat rate, sku, tasks and prices, catalog", "pricebook.services, pricebook.materials, pricebook.equipment"),
    ("part, parts, item cost", "pricebook.materials, inventory.purchase_orders"),
    ("unit sold, furnace, air conditioner, heat pump, water heater", "pricebook.equipment, equipmentsystems.installed_equipment"),
    ("markup, margin, mark up", "pricebook.materialsmarkup, inventory.purchase_order_markups"),
    ("discount, coupon, promotion, fee, surcharge, rebate", "pricebook.discounts_and_fees"),
    ("customer pricing, special price, negotiated price", "pricebook.clientspecificpricing"),
    # equipment and forms
    ("serial number, model number, system age, installed system, equipment at customer", "equipmentsystems.installed_equipment"),
    ("photo, picture, attachment", "forms.jobs.attachments, forms.jobs.attachment, pricebook.images"),
    ("checklist, inspection, survey, filled in form", "forms.submissions, forms.forms"),
    ("finding, recommendation, issue found, defect", "findings.location_findings"),
    # marketing
    ("lead source, source, advertising, ads, marketing, roi, return on investment, how did they find us, mailer", "marketing.campaigns, marketingads.attributed_leads, marketing.categories"),
    ("ad spend, marketing cost, cost per lead, spend, marketing budget", "marketing.costs, marketing.campaign_cost_summary, marketingads.performance"),
    ("google ads, click, keyword, utm, attribution, web lead", "marketingads.attributed_leads, marketingads.performance"),
    ("stars, rating, feedback, satisfaction, nps, reputation, google reviews, complaint", "marketingreputation.reviews, customer_interactions.technician_ratings"),
    ("technician score, technician rating", "customer_interactions.technician_ratings"),
    # the rest
    ("to do, todo, reminder, office task, internal task", "taskmanagement.tasks"),
    ("kpi, dashboard, report, scorecard, metric", "reporting.report_category.reports, reporting.report_categories, reporting.report_category.reports.data"),
)  # fmt: skip
EMPTY = frozenset(  # words that say nothing of what is looked for
    {"a", "an", "and", "are", "by", "did", "do", "does", "for", "from", "has", "have", "how", "in", "is", "it", "last",
     "many", "me", "month", "monthly", "much", "my", "of", "our", "per", "the", "their", "this", "to", "today", "was",
     "we", "week", "weekly", "were", "what", "which", "with", "without", "year", "yearly", "yesterday"}
)  # fmt: skip
ASKING = re.compile(r"^\s*(?:show|give|find|list|get)(?: me)?\s+")
TYPO = 5  # letters from which on one may be wrong


@functools.cache
def topics() -> dict[str, tuple[str, ...]]:
    """The resources that each phrase means."""
    return {
        phrase: tuple(names.split(", "))
        for phrases, names in TABLE
        for phrase in phrases.split(", ")
    }


def phrases_of(name: str) -> list[tuple[str, int]]:
    """The phrases that mean a resource, each with its place among what the phrase means."""
    return [(phrase, names.index(name)) for phrase, names in topics().items() if name in names]


def meant(words: str) -> tuple[str, ...]:
    """The resources that the words mean as a whole; none where they are no phrase, or a resource's
    own name.

    Plurals, words that say nothing ("how many", "the") and one wrong letter in a longer word are
    forgiven.

    Example:
        >>> meant("who answered the calls")[0]
        'telecom.calls'
    """
    asked = _plain(words)
    if not asked:
        return ()
    exact = {
        name: None
        for phrase, names in topics().items()
        if _plain(phrase) == asked
        for name in names
    }
    if exact:
        return tuple(exact)
    return tuple(
        {
            name: None
            for phrase, names in topics().items()
            if _alike(_plain(phrase), asked)
            for name in names
        }
    )


def _plain(words: str) -> frozenset[str]:
    """The words that count, as singulars; all of them where none would be left."""
    split = re.findall(r"[a-z0-9]+", ASKING.sub("", words.lower()))
    return frozenset(singular(w) for w in split if w not in EMPTY) or frozenset(split)


def singular(word: str) -> str:
    """A plural's singular, as far as an s can tell."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return (
        word[:-1]
        if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3
        else word
    )


def _alike(phrase: frozenset[str], asked: frozenset[str]) -> bool:
    return len(phrase) == len(asked) and all(
        any(near(word, other) for other in phrase) for word in asked
    )


def near(a: str, b: str) -> bool:
    """Whether two words differ by one letter at most: wrong, missing, too many, or changed places
    with the next.
    """
    if a == b:
        return True
    if min(len(a), len(b)) < TYPO - 1 or max(len(a), len(b)) < TYPO or abs(len(a) - len(b)) > 1:
        return False
    at = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    rest, other = a[at:], b[at:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )
