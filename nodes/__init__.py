"""What the agents do: state, context, one file a role, and the call to a model."""
