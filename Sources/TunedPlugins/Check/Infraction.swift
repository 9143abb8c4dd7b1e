/// What a plugin did against the rules of one of the host's functions.
enum Infraction: String, CaseIterable {
    case unknownMetric = "unknown-metric"
    case stepsNotIncreasing = "steps-not-increasing"
    case reportNotFinite = "report-not-finite"
    case constraintName = "constraint-name"
    case constraintNotFinite = "constraint-not-finite"
    case unknownPart = "unknown-part"
    case checkpointOrder = "checkpoint-order"
    case artifactName = "artifact-name"
    case unknownParameter = "unknown-parameter"
}

extension Infraction {
    var meaning: String {
        switch self {
        case .unknownMetric: "it named a metric that the schema does not have"
        case .stepsNotIncreasing: "its reports do not go forward"
        case .reportNotFinite: "it reported what is no number"
        case .constraintName: "it named a constraint badly"
        case .constraintNotFinite: "a constraint has no value"
        case .unknownPart: "it asked for rows that there are not"
        case .checkpointOrder: "it used tuned.checkpoint/1 out of order"
        case .artifactName: "it named an artifact badly"
        case .unknownParameter: "it asked for the schedule of a parameter that there is not"
        }
    }

    var advice: String {
        switch self {
        case .unknownMetric: "Metrics go by their place in the schema's `metrics`, from 0."
        case .stepsNotIncreasing: """
            Report each step of a metric once, in increasing order; after a restore go on behind the restored step.
            """
        case .reportNotFinite: "End the run where the metric is not finite: return TUNED_INFEASIBLE with a reason."
        case .constraintName: "Constraints have names of 1 to 128 bytes."
        case .constraintNotFinite: "Give a finite number: feasible where it is <= 0."
        case .unknownPart: "There are TUNED_ROWS_TRAIN and TUNED_ROWS_EVALUATE."
        case .checkpointOrder: "To save: begin, write, commit. To restore: restore, and read where that returned TUNED_OK."
        case .artifactName: "Artifacts have names of 1 to 128 characters of [A-Za-z0-9._-] that do not begin with a dot."
        case .unknownParameter: "Parameters go by their place in the schema, from 0."
        }
    }
}
