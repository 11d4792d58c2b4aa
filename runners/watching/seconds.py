"""Buckets of histograms of call durations, in seconds."""

BUCKETS = (
    *(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    *(163.84, 327.68),
)
"""Upper bounds: those of OpenTelemetry's conventions for `gen_ai.client.operation.duration`, and
two more, because a call may take --timeout, 300 s by default."""
