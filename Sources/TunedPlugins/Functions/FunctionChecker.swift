import TunedSpace

/// Holds a function's types against the roles of its arguments and the schema: what would be called with a value that its type
/// cannot have is found here, when it is loaded.
struct FunctionChecker {
    let schema: Schema
    let signature: CSignature
    let roles: [FunctionRole]
    let returns: FunctionResult
    let rows: FunctionDeclaration.Rows?

    func check() throws(DeclarationProblem) {
        for (place, (argument, role)) in zip(signature.arguments, roles).enumerated() {
            do throws(DeclarationProblem) {
                try check(argument.type, role)
            } catch {
                throw DeclarationProblem("argument \(place + 1) (\(argument.spelling) \(argument.name)) \(error.message)")
            }
        }
        try checkResult()
        try checkParameters()
        try checkMetrics()
    }

    // MARK: Arguments

    private func check(_ type: CType, _ role: FunctionRole) throws(DeclarationProblem) {
        switch role {
        case .parameter(let index): try check(type, schema.space.parameters[index])
        case .seed: try requireInteger(type, "is given the seed: make it uint64_t or another integer")
        case .trial: try requireInteger(type, "is given the trial's number: make it int64_t or another integer")
        case .fold, .folds: try requireInteger(type, "is given a fold: make it int32_t or another integer")
        case .budget:
            guard schema.fidelity != nil else {
                throw DeclarationProblem("is given the budget, and the schema has no \"fidelity\" that says what a budget is")
            }
            guard case .scalar(let scalar) = type, scalar != .boolean else {
                throw DeclarationProblem("is given the budget: make it double, or an integer where the budget is whole")
            }
        case .data, .config:
            guard type == .text else { throw DeclarationProblem("is given text: make it const char *") }
        case .rows:
            guard case .pointer(let scalar, isConstant: true) = type, scalar == .unsigned32 || scalar == .signed32 else {
                throw DeclarationProblem("is given row numbers: make it const uint32_t *")
            }
            try requireDataset()
        case .rowCount:
            try requireInteger(type, "is given a number of rows: make it size_t or uint32_t")
            try requireDataset()
            guard case .scalar(let scalar) = type, scalar.holds(Int64(Int32.max)) else {
                throw DeclarationProblem("is given a number of rows, which it may be too narrow for: make it size_t or uint32_t")
            }
        case .report: try checkReport(type)
        case .shouldStop:
            guard case .function(.scalar(let answer), []) = type, !answer.isFloating else {
                throw DeclarationProblem("is asked whether to stop: make it int32_t (*should_stop)(void)")
            }
        case .metric:
            guard case .pointer(let scalar, isConstant: false) = type, scalar.isFloating else {
                throw DeclarationProblem("is room for a metric: make it double * or float *")
            }
        }
    }

    private func requireInteger(_ type: CType, _ message: String) throws(DeclarationProblem) {
        guard case .scalar(let scalar) = type, scalar.isInteger else { throw DeclarationProblem(message) }
    }

    private func requireDataset() throws(DeclarationProblem) {
        guard rows == nil else { return }
        throw DeclarationProblem("is given rows, and nothing says how many there are: add \"dataset\": {\"rows\": 150} or {\"rows\": \"lines\"}")
    }

    private func checkReport(_ type: CType) throws(DeclarationProblem) {
        let expected = "reports a metric: make it int32_t (*report)(int64_t step, double value)"
        guard case .function(let answer, let arguments) = type, arguments.count == 2,
            case .scalar(let step) = arguments[0], step.isInteger, case .scalar(let value) = arguments[1], value.isFloating
        else { throw DeclarationProblem(expected) }
        if case .scalar(let answer) = answer, answer.isFloating { throw DeclarationProblem(expected) }
    }

    // MARK: Parameters

    private func check(_ type: CType, _ parameter: Parameter) throws(DeclarationProblem) {
        if type == .text { return }
        let what = "takes parameter \"\(parameter.name)\""
        guard case .scalar(let scalar) = type else {
            throw DeclarationProblem("\(what): make it a number, or const char * for its text")
        }
        switch parameter.domain {
        case .float:
            guard scalar.isFloating else {
                throw DeclarationProblem("\(what), which is a float: make it double, or the parameter an int")
            }
        case .integer(let domain):
            guard scalar.holds(domain.low), scalar.holds(domain.high) else {
                throw DeclarationProblem(
                    "\(what), from \(domain.low) to \(domain.high), which does not fit: take a wider type, or narrow the parameter")
            }
        case .categorical(let choices), .ordinal(let choices):
            if scalar.isFloating {
                guard choices.allSatisfy(\.isNumber) else {
                    throw DeclarationProblem(
                        "\(what), whose choices are not all numbers: make it const char * for the text, or an integer for the index")
                }
            } else if !scalar.holds(Int64(choices.count - 1)) {
                throw DeclarationProblem("\(what), as the index of one of \(choices.count) choices, which does not fit: take a wider type")
            }
        case .boolean: break
        }
    }

    private func checkParameters() throws(DeclarationProblem) {
        for (index, parameter) in schema.space.parameters.enumerated() where !roles.contains(.parameter(index)) {
            throw DeclarationProblem(
                "parameter \"\(parameter.name)\" goes to no argument: write \"arguments\": {ARGUMENT: \"parameter:\(parameter.name)\"}")
        }
    }

    // MARK: Results

    private func checkResult() throws(DeclarationProblem) {
        switch (returns, signature.returns) {
        case (.none, _): break
        case (.metric, .scalar(let scalar)) where scalar != .boolean: break
        case (.status, .scalar(let scalar)) where scalar.isInteger: break
        case (.metric, _):
            throw DeclarationProblem("the function returns \(signature.returnSpelling), which is no metric's value: return double, or \"returns\": \"none\"")
        case (.status, _):
            throw DeclarationProblem("the function returns \(signature.returnSpelling), which is no status: return int, or \"returns\": \"none\"")
        }
    }

    /// Each metric comes from one place, and at least one of them is known at the end of a run.
    private func checkMetrics() throws(DeclarationProblem) {
        for (index, metric) in schema.metrics.enumerated() {
            let results = roles.count { $0 == .metric(index) } + (returns == .metric(index) ? 1 : 0)
            guard results <= 1 else { throw DeclarationProblem("metric \"\(metric.name)\" is given twice") }
            guard results == 1 || roles.contains(.report(metric: index)) else {
                throw DeclarationProblem(
                    "metric \"\(metric.name)\" comes from nowhere: let the function return it (\"returns\": \"metric:\(metric.name)\"), or take a "
                        + "double * argument with the role \"metric:\(metric.name)\"")
            }
        }
        let isFinal = roles.contains { if case .metric = $0 { true } else { false } }
        if case .metric = returns { return }
        guard isFinal else {
            throw DeclarationProblem("no metric has a value when the function returns: return one, or take a double * argument for it")
        }
    }
}

extension Choice {
    fileprivate var isNumber: Bool {
        if case .text = self { return false }
        return true
    }
}
