import Testing

/// The exported tables are one for the process, as in a plugin, so no two of these run at once.
@Suite(.serialized) enum AllTests {}
