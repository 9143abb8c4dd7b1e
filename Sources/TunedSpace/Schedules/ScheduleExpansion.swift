/// The parameters that a scheduled one stands for:
///
///     {"name": "lr", "type": "float", "low": 1e-5, "high": 1, "log": true, "schedule": true}
///
/// is read as `lr`, the shape `lr.shape`, and the settings of the shapes, `lr.final`, `lr.drops`, ..., each active while a shape is
/// chosen that has it. They come behind all parameters that are declared, so that those keep their places. With one shape there is
/// nothing to choose, and `lr.shape` is left out. So samplers and plugins see an ordinary conditional space.
struct ScheduleExpansion {
    /// A parameter that a schedule needs.
    private struct Part {
        var parameter: Parameter
        /// Index of the scheduled parameter.
        var base: Int
        /// The shapes that have it; nil for the shape itself.
        var shapes: [Schedule.Shape]?
        /// Its index in the space.
        var place: Int
    }

    private var parts: [Part] = []
    /// What is not declared already.
    private(set) var added: [Parameter] = []
    private let paths: [String]

    init(_ declarations: [Parameter.Declaration]) {
        paths = declarations.map(\.path)
        let places = Dictionary(declarations.enumerated().map { ($1.parameter.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (base, declaration) in declarations.enumerated() where !declaration.parameter.schedule.isEmpty {
            let (name, shapes) = (declaration.parameter.name, declaration.parameter.schedule)
            if shapes.count > 1 { add(Self.shape(of: name, shapes), base, nil, places) }
            for setting in Schedule.Setting.allCases {
                let having = shapes.filter { $0.settings.contains(setting) }
                if !having.isEmpty { add(Self.parameter(setting, of: name), base, having, places) }
            }
        }
    }

    /// A schema that was read and written has them among its own parameters: one that is the same is taken for it.
    private mutating func add(_ parameter: Parameter, _ base: Int, _ shapes: [Schedule.Shape]?, _ places: [String: Int]) {
        let declared = places[parameter.name]
        parts.append(Part(parameter: parameter, base: base, shapes: shapes, place: declared ?? paths.count + added.count))
        if declared == nil { added.append(parameter) }
    }

    /// Gives the parts their conditions, once those of the declared parameters are known.
    func complete(_ parameters: inout [Parameter]) throws(SpaceError) {
        var chooser: Int?
        for part in parts {
            if part.shapes == nil { chooser = part.place }
            var expected = part.parameter
            let shapes = parameters[part.base].schedule
            if let having = part.shapes, shapes.count > 1, let chooser {
                let values = shapes.indices.filter { having.contains(shapes[$0]) }.map(ParameterValue.category)
                expected.conditions = [Condition(parent: chooser, values: values)]
            } else {
                expected.conditions = parameters[part.base].conditions
            }
            if part.place < paths.count {
                var found = parameters[part.place]
                found.prior = nil
                guard found == expected else {
                    throw SpaceError(
                        .duplicate, path: "\(paths[part.base]).schedule",
                        """
                        the schedule needs the name "\(expected.name)", which is taken by a parameter that is declared; give that \
                        another name
                        """)
                }
            } else {
                parameters[part.place].conditions = expected.conditions
            }
        }
    }

    // MARK: What they are

    static func shapeName(_ name: String) -> String { "\(name).shape" }

    static func name(_ setting: Schedule.Setting, of name: String) -> String {
        switch setting {
        case .final: "\(name).final"
        case .power: "\(name).power"
        case .drops: "\(name).drops"
        case .factor: "\(name).factor"
        case .cycles: "\(name).cycles"
        case .peakAt: "\(name).peak_at"
        case .warmup: "\(name).warmup"
        }
    }

    private static func shape(of name: String, _ shapes: [Schedule.Shape]) -> Parameter {
        Parameter(
            name: shapeName(name), domain: .categorical(shapes.map { .text($0.rawValue) }), description: "How \(name) changes over a run",
            defaultValue: .category(0))
    }

    private static func parameter(_ setting: Schedule.Setting, of name: String) -> Parameter {
        func float(_ low: Double, _ high: Double, log: Bool = false, _ value: Double, _ description: String) -> Parameter {
            Parameter(
                name: Self.name(setting, of: name), domain: .float(FloatDomain(low: low, high: high, isLogarithmic: log)),
                description: description, defaultValue: .float(value))
        }
        func integer(_ low: Int64, _ high: Int64, _ value: Int64, _ description: String) -> Parameter {
            Parameter(
                name: Self.name(setting, of: name), domain: .integer(IntegerDomain(low: low, high: high)), description: description,
                defaultValue: .integer(value))
        }
        return switch setting {
        case .final: float(1e-3, 1, log: true, 0.01, "Share of \(name) that is left at the end")
        case .power: float(0.5, 4, log: true, 1, "Exponent of the fall; 1 is a straight line")
        case .drops: integer(1, 5, 2, "Drops, at equal distances")
        case .factor: float(0.05, 0.9, log: true, 0.1, "What a drop leaves")
        case .cycles: integer(2, 6, 3, "Cycles of equal length, each from \(name) down again")
        case .peakAt: float(0.1, 0.5, 0.3, "Share of the run after which \(name) is reached")
        case .warmup: float(0.01, 0.3, log: true, 0.05, "Share of the run over which \(name) is reached")
        }
    }
}

extension Parameter {
    /// Reads `schedule`: `true` for every shape, or a list of shapes, the first of which is the default.
    static func schedule(from json: JSONValue, path: String, kind: String?) throws(SpaceError) -> [Schedule.Shape] {
        if json == .boolean(false) { return [] }
        guard kind == "float" || kind == "int" else {
            throw SpaceError(.type, path: path, "only a float or an int changes on a schedule; this is a \(kind?.prefix(60) ?? "parameter without a type")")
        }
        if json == .boolean(true) { return Schedule.Shape.allCases }
        let known = Schedule.Shape.allCases.map(\.rawValue)
        guard let items = json.arrayValue else {
            throw SpaceError(.type, path: path, "expected true, or a list of shapes (\(known.joined(separator: ", "))), found \(json.shown)")
        }
        guard !items.isEmpty else {
            throw SpaceError(.choices, path: path, "the list of shapes is empty; use true for all, or name some: \(known.joined(separator: ", "))")
        }
        var shapes: [Schedule.Shape] = []
        for (place, item) in items.enumerated() {
            guard let shape = item.stringValue.flatMap(Schedule.Shape.init(rawValue:)) else {
                let hint = item.stringValue.flatMap { nearest(to: $0, among: known) }.map { "; did you mean \"\($0)\"?" } ?? "."
                throw SpaceError(
                    .type, path: "\(path)[\(place)]", "\(item.shown) is no shape of a schedule\(hint) There are: \(known.joined(separator: ", "))")
            }
            guard !shapes.contains(shape) else {
                throw SpaceError(.duplicate, path: "\(path)[\(place)]", "the shape \"\(shape.rawValue)\" comes twice")
            }
            shapes.append(shape)
        }
        return shapes
    }
}
