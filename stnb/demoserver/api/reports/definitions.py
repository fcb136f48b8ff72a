"""The reports that the demo tenant has."""

from __future__ import annotations

from . import money_metrics, work_metrics
from .report import Parameter, Report

S, N, B, D = "String", "Number", "Boolean", "Date"
FROM_TO = (Parameter("From", "From", D, needed=True), Parameter("To", "To", D, needed=True))
UNITS = Parameter("BusinessUnitIds", "Business Units", N, many=True, dynamic="business-units")
JOB_DATES = ((1, "Job Completion Date"), (2, "Job Creation Date"))
DAYS_AND_UNITS = (*FROM_TO, UNITS)
DATE_TYPE = Parameter("DateType", "Date Type", N, values=JOB_DATES)
# Fields that several reports have.
JOBS, REVENUE, COST = ("Jobs", "Jobs", N), ("Revenue", "Revenue", N), ("Cost", "Cost", N)
COMPLETED, TICKET = ("CompletedJobs", "Completed Jobs", N), ("AverageTicket", "Average Ticket", N)
CAMPAIGN, TECHNICIAN = ("Campaign", "Campaign", S), ("Technician", "Technician", S)
CUSTOMER, UNIT = ("Customer", "Customer", S), ("BusinessUnit", "Business Unit", S)
BALANCE = ("Balance", "Balance", N)
BOOKED = (
    ("LeadCalls", "Lead Calls", N),
    ("Booked", "Booked", N),
    ("BookingRate", "Booking Rate", N),
)

REPORTS = [
    Report(  # the one that people compare with: what was billed, whichever way it came about
        175,
        "accounting",
        "Revenue",
        DAYS_AND_UNITS,
        (
            UNIT,
            ("Invoices", "Invoices", N),
            ("Adjustments", "Adjustments", N),
            REVENUE,
            ("SalesTax", "Sales Tax", N),
        ),
        work_metrics.all_revenue,
    ),
    Report(
        70101,
        "accounting",
        "Revenue by Business Unit",
        (
            *FROM_TO,
            UNITS,
            Parameter("DateType", "Date Type", N, values=((0, "Invoice Date"), *JOB_DATES)),
        ),
        (("Name", "Business Unit", S), JOBS, REVENUE, TICKET),
        work_metrics.revenue,
    ),
    Report(
        70102,
        "technician",
        "Technician Scoreboard",
        (*DAYS_AND_UNITS, DATE_TYPE),
        (TECHNICIAN, COMPLETED, REVENUE, ("Sales", "Sales", N)),
        work_metrics.scoreboard,
    ),
    Report(
        70103,
        "operations",
        "Membership Renewals",
        FROM_TO,
        (
            ("MembershipType", "Membership Type", S),
            ("Ended", "Ended", N),
            ("Renewed", "Renewed", N),
            ("Rate", "Renewal Rate", N),
        ),
        work_metrics.renewals,
    ),
    Report(
        70104,
        "operations",
        "Jobs",
        DAYS_AND_UNITS,
        (
            ("JobNumber", "Job #", S),
            CUSTOMER,
            UNIT,
            ("Status", "Status", S),
            ("Total", "Total", N),
            ("CreatedOn", "Created On", D),
        ),
        work_metrics.job_list,
    ),
    Report(
        70105,
        "marketing",
        "Call Booking Rate by Campaign",
        FROM_TO,
        (CAMPAIGN, *BOOKED),
        money_metrics.by_campaign,
    ),
    Report(
        70106,
        "accounting",
        "Unpaid Invoices",
        DAYS_AND_UNITS,
        (("InvoiceNumber", "Invoice #", S), CUSTOMER, BALANCE, ("Age", "Age in Days", N)),
        money_metrics.unpaid,
    ),
    Report(
        70107,
        "accounting",
        "Unpaid Invoices by Age",
        DAYS_AND_UNITS,
        (("Age", "Days Past Due", S), ("Invoices", "Invoices", N), BALANCE),
        money_metrics.ageing,
    ),
    Report(
        70108,
        "marketing",
        "Booking Rate by CSR",
        FROM_TO,
        (("Agent", "CSR", S), *BOOKED),
        money_metrics.by_agent,
    ),
    Report(
        70109,
        "operations",
        "Job Profitability",
        (*DAYS_AND_UNITS, DATE_TYPE),
        (
            ("JobType", "Job Type", S),
            JOBS,
            REVENUE,
            COST,
            ("Margin", "Gross Margin", N),
            ("MarginRate", "Gross Margin %", N),
        ),
        money_metrics.profit,
    ),
    Report(
        70110,
        "sales",
        "Estimate Close Rate",
        DAYS_AND_UNITS,
        (
            UNIT,
            ("Opportunities", "Opportunities", N),
            ("Sold", "Sold", N),
            ("CloseRate", "Close Rate", N),
            ("SoldTotal", "Total Sales", N),
        ),
        money_metrics.close_rate,
    ),
    Report(
        70111,
        "marketing",
        "Campaign ROI",
        (*FROM_TO, Parameter("CampaignIds", "Campaigns", N, many=True, dynamic="campaigns")),
        (CAMPAIGN, JOBS, REVENUE, COST, ("Return", "ROI", N)),
        money_metrics.campaigns,
    ),
    Report(
        70112,
        "payroll",
        "Timesheet and Payroll Summary",
        (
            *FROM_TO,
            Parameter(
                "EmployeeType",
                "Employee Type",
                S,
                values=(("Technician", "Technicians"), ("Employee", "Office")),
            ),
        ),
        (("Employee", "Employee", S), ("Hours", "Paid Hours", N), ("GrossPay", "Gross Pay", N)),
        money_metrics.timesheet,
    ),
    Report(
        70113,
        "marketing",
        "New Customers",
        (
            *FROM_TO,
            Parameter(
                "CustomerType",
                "Customer Type",
                S,
                values=(("Residential", "Residential"), ("Commercial", "Commercial")),
            ),
            Parameter("ActiveOnly", "Active Only", B),
        ),
        (
            CUSTOMER,
            ("Type", "Type", S),
            ("City", "City", S),
            ("CreatedOn", "Created On", D),
            ("Jobs", "Lifetime Jobs", N),
        ),
        money_metrics.newcomers,
    ),
    Report(  # names are not unique: somebody copied the scoreboard and changed it
        70114,
        "technician",
        "Technician Scoreboard",
        DAYS_AND_UNITS,
        (TECHNICIAN, ("Month", "Month", S), COMPLETED, TICKET),
        work_metrics.pace,
    ),
]
