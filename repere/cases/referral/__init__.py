"""Referral as a contract: one record, two sides, clocks, and a view that is the same for both."""
