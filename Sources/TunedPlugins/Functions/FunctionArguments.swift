import Glibc
import TunedSpace
import TunedWire

/// What puts a run's values into a call's slots. The way of each argument is settled once; a run walks the list.
final class FunctionArguments {
    /// One argument's way from the request to its slot.
    private struct Filling {
        enum Source {
            /// A number as it is.
            case number
            /// A category: its index, its number, or its text.
            case index, categoryNumber, categoryText
            /// A number's text.
            case numberText
            case seed, budget, trial, fold, folds
            case trainRows, trainCount, evaluateRows, evaluateCount
        }
        var source: Source
        var argument: Int
        var scalar: CScalar
        var parameter = 0
        var isWhole = false
        /// Of each category of the parameter.
        var numbers: UnsafeMutablePointer<Double>?
        var texts: UnsafeMutablePointer<UnsafePointer<CChar>>?
        var categories = 0
        /// Room for a number's text.
        var room: UnsafeMutablePointer<CChar>?
    }

    private let call: FunctionCall
    private let parameters: [WireParameter]
    /// What a run without a budget spends.
    private let fullBudget: Double
    private var fillings: [Filling] = []
    /// All memory that slots point to; lives as long as this.
    private var owned: [UnsafeMutableRawPointer] = []
    /// What texts of inactive parameters point to.
    private let noText: UnsafePointer<CChar>

    /// More than the longest shortest-round-trip double (24 characters) and Int64 (20).
    private static let numberTextSize = 32

    init(_ call: FunctionCall, _ declaration: FunctionDeclaration, _ request: OpenRequest) throws(PluginError) {
        self.call = call
        parameters = request.parameters
        fullBudget = declaration.schema.fidelity?.high ?? 0
        let empty = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        empty.initialize(to: 0)
        noText = UnsafePointer(empty)
        owned.append(empty)
        for (argument, role) in declaration.roles.enumerated() {
            try prepare(argument, declaration.signature.arguments[argument], role, request)
        }
    }

    deinit {
        for memory in owned { memory.deallocate() }
    }

    // MARK: Once

    private func prepare(
        _ place: Int, _ argument: CArgument, _ role: FunctionRole, _ request: OpenRequest
    ) throws(PluginError) {
        switch role {
        case .parameter(let index): fillings.append(filling(place, argument.type, parameter: index))
        case .seed: append(.seed, place, argument)
        case .budget: append(.budget, place, argument)
        case .trial: append(.trial, place, argument)
        case .fold: append(.fold, place, argument)
        case .folds: append(.folds, place, argument)
        case .rows(.train): append(.trainRows, place, argument)
        case .rows(.evaluate): append(.evaluateRows, place, argument)
        case .rowCount(.train): append(.trainCount, place, argument)
        case .rowCount(.evaluate): append(.evaluateCount, place, argument)
        case .data:
            guard let path = request.dataPath else {
                throw PluginError(
                    .create, "\(request.trainable) reads a data file (argument \(argument.name)), and the study names none: add --data FILE")
            }
            call.setPointer(keep(path), argument: place)
        case .config(let key):
            let value = request.config.first { $0.key == key }?.value ?? ""
            call.setPointer(keep(value), argument: place)
        // The host's: they change from run to run.
        case .report, .shouldStop, .metric: break
        }
    }

    private func append(_ source: Filling.Source, _ place: Int, _ argument: CArgument) {
        fillings.append(Filling(source: source, argument: place, scalar: argument.type.scalar ?? .unsigned64))
    }

    private func filling(_ place: Int, _ type: CType, parameter index: Int) -> Filling {
        let parameter = parameters[index]
        var filling = Filling(source: .number, argument: place, scalar: type.scalar ?? .unsigned64, parameter: index)
        switch (type, parameter.categories.isEmpty) {
        case (.text, true):
            filling.source = .numberText
            filling.room = allocate(CChar.self, Self.numberTextSize)
        case (.text, false):
            filling.source = .categoryText
            let texts = allocate(UnsafePointer<CChar>.self, parameter.categories.count)
            for (category, choice) in parameter.categories.enumerated() { (texts + category).initialize(to: keep(choice.text)) }
            filling.texts = texts
        case (_, true): filling.source = .number
        case (_, false) where filling.scalar.isFloating:
            filling.source = .categoryNumber
            let numbers = allocate(Double.self, parameter.categories.count)
            for (category, choice) in parameter.categories.enumerated() { (numbers + category).initialize(to: choice.number) }
            filling.numbers = numbers
        case (_, false): filling.source = .index
        }
        filling.categories = parameter.categories.count
        filling.isWhole = parameter.kind == .integer
        return filling
    }

    private func allocate<Element>(_: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 8)
        owned.append(memory)
        return memory.bindMemory(to: Element.self, capacity: count)
    }

    private func keep(_ text: String) -> UnsafePointer<CChar> {
        let bytes = text.utf8CString
        let room = allocate(CChar.self, bytes.count)
        for (index, byte) in bytes.enumerated() { (room + index).initialize(to: byte) }
        return UnsafePointer(room)
    }

    // MARK: Each run

    /// Nil, or what does not fit the function.
    func fill(_ request: RunRequest, _ rows: FoldsLayout.Rows?) -> String? {
        guard request.configuration.count == parameters.count else {
            return "the host sent \(request.configuration.count) values for \(parameters.count) parameters"
        }
        for filling in fillings {
            let slot = call.slot(filling.argument)
            let scalar = filling.scalar
            switch filling.source {
            case .number, .index, .categoryNumber, .categoryText, .numberText:
                guard put(request.configuration[filling.parameter], filling, slot) else {
                    return "the host sent a value of another type for parameter \"\(parameters[filling.parameter].name)\""
                }
            case .seed: scalar.store(Self.seed(request.seed, scalar), at: slot)
            case .budget: scalar.store(request.budget > 0 ? request.budget : fullBudget, at: slot)
            case .trial: scalar.store(request.trial, at: slot)
            case .fold: scalar.store(Int64(request.fold), at: slot)
            case .folds: scalar.store(Int64(request.folds), at: slot)
            case .trainRows, .trainCount, .evaluateRows, .evaluateCount:
                guard let rows else { return "the function takes the rows of a split, and the study has none: add --data FILE" }
                switch filling.source {
                case .trainRows: call.setPointer(rows.train.baseAddress, argument: filling.argument)
                case .trainCount: scalar.store(Int64(rows.train.count), at: slot)
                case .evaluateRows: call.setPointer(rows.evaluate.baseAddress, argument: filling.argument)
                default: scalar.store(Int64(rows.evaluate.count), at: slot)
                }
            }
        }
        return nil
    }

    /// The low bits that fit, never negative.
    private static func seed(_ seed: UInt64, _ scalar: CScalar) -> Int64 {
        let bits = Int64(bitPattern: seed)
        return switch scalar {
        case .signed8: bits & 0x7f
        case .signed16: bits & 0x7fff
        case .signed32: bits & 0x7fff_ffff
        case .signed64: bits & .max
        default: bits
        }
    }

    private func put(_ value: ParameterValue?, _ filling: Filling, _ slot: UnsafeMutableRawPointer) -> Bool {
        switch (value, filling.source) {
        case (nil, .categoryText), (nil, .numberText): call.setPointer(noText, argument: filling.argument)
        case (nil, _): filling.scalar.store(0 as Int64, at: slot)
        case (.float(let number), .number) where !filling.isWhole: filling.scalar.store(number, at: slot)
        case (.integer(let number), .number) where filling.isWhole: filling.scalar.store(number, at: slot)
        case (.float(let number), .numberText) where !filling.isWhole: write(number.description, filling)
        case (.integer(let number), .numberText) where filling.isWhole: write(number.description, filling)
        case (.category(let category), _) where (0..<filling.categories).contains(category):
            switch filling.source {
            case .index: filling.scalar.store(Int64(category), at: slot)
            case .categoryNumber: filling.scalar.store(filling.numbers?[category] ?? 0, at: slot)
            case .categoryText: call.setPointer(filling.texts?[category], argument: filling.argument)
            default: return false
            }
        default: return false
        }
        return true
    }

    private func write(_ text: String, _ filling: Filling) {
        guard let room = filling.room else { return }
        var end = 0
        for byte in text.utf8.prefix(Self.numberTextSize - 1) {
            room[end] = CChar(bitPattern: byte)
            end += 1
        }
        room[end] = 0
        call.setPointer(room, argument: filling.argument)
    }
}

extension CType {
    var scalar: CScalar? {
        if case .scalar(let scalar) = self { return scalar }
        return nil
    }
}
