"""Indicator versions, drawn on bars of one's choice; nothing of it is stored."""
