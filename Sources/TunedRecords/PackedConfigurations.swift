public import TunedSpace

/// Configurations of one space, parameter by parameter. What lies side by side is mostly of one type, so that many of them
/// take little room and are copied whole.
public struct PackedConfigurations: Hashable, Sendable {
    enum Column: Hashable, Sendable {
        case floats([Double])
        case integers([Int64])
        case categories([Int])
        /// Inactive in some configurations.
        case mixed([ParameterValue?])

        subscript(index: Int) -> ParameterValue? {
            switch self {
            case .floats(let values): .float(values[index])
            case .integers(let values): .integer(values[index])
            case .categories(let values): .category(values[index])
            case .mixed(let values): values[index]
            }
        }
    }
    /// Most configurations that are packed together.
    public static let limit = 1024

    public private(set) var count: Int
    private var columns: [Column]

    /// - Parameter configurations: all of one space, so that each has the same number of values.
    public init(_ configurations: [Configuration]) {
        count = configurations.count
        let width = configurations.first?.count ?? 0
        columns = (0..<width).map { parameter in Self.column(parameter, of: configurations) }
    }

    public subscript(index: Int) -> Configuration { Configuration(columns.map { $0[index] }) }

    private static func column(_ parameter: Int, of configurations: [Configuration]) -> Column {
        switch configurations.first?[parameter] {
        case .float: floats(parameter, configurations) ?? mixed(parameter, configurations)
        case .integer: integers(parameter, configurations) ?? mixed(parameter, configurations)
        case .category: categories(parameter, configurations) ?? mixed(parameter, configurations)
        case nil: mixed(parameter, configurations)
        }
    }

    private static func mixed(_ parameter: Int, _ configurations: [Configuration]) -> Column {
        .mixed(configurations.map { $0[parameter] })
    }

    private static func floats(_ parameter: Int, _ configurations: [Configuration]) -> Column? {
        var values: [Double] = []
        values.reserveCapacity(configurations.count)
        for configuration in configurations {
            guard case .float(let value)? = configuration.values[parameter] else { return nil }
            values.append(value)
        }
        return .floats(values)
    }

    private static func integers(_ parameter: Int, _ configurations: [Configuration]) -> Column? {
        var values: [Int64] = []
        values.reserveCapacity(configurations.count)
        for configuration in configurations {
            guard case .integer(let value)? = configuration.values[parameter] else { return nil }
            values.append(value)
        }
        return .integers(values)
    }

    private static func categories(_ parameter: Int, _ configurations: [Configuration]) -> Column? {
        var values: [Int] = []
        values.reserveCapacity(configurations.count)
        for configuration in configurations {
            guard case .category(let value)? = configuration.values[parameter] else { return nil }
            values.append(value)
        }
        return .categories(values)
    }
}

extension PackedConfigurations {
    /// The numbers of configurations and of parameters, then each parameter's column after a byte that tells its type.
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(count))
        writer.writeVarint(UInt64(columns.count))
        for column in columns {
            switch column {
            case .floats(let values):
                writer.write(UInt8(1))
                writer.writeColumn(values)
            case .integers(let values):
                writer.write(UInt8(2))
                for value in values { writer.writeVarint(value) }
            case .categories(let values):
                writer.write(UInt8(3))
                for value in values { writer.writeVarint(UInt64(value)) }
            case .mixed(let values):
                writer.write(UInt8(0))
                Configuration(values).encode(into: &writer)
            }
        }
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        count = try Self.number(&reader, upTo: UInt64(Self.limit), of: "configurations")
        let width = try Self.number(&reader, upTo: 100_000, of: "parameters")
        columns = []
        for _ in 0..<width { columns.append(try Self.column(&reader, count)) }
    }

    private static func number(
        _ reader: inout BinaryReader, upTo limit: UInt64, of what: String
    ) throws(BinaryCodingError) -> Int {
        let number = try reader.readUnsigned()
        guard number <= limit else { throw .invalid(offset: 0, what: "a batch of \(number) \(what)") }
        return Int(number)
    }

    private static func column(_ reader: inout BinaryReader, _ count: Int) throws(BinaryCodingError) -> Column {
        switch try reader.readByte() {
        case 1: return .floats(try reader.readColumn(count: count))
        case 2:
            var values: [Int64] = []
            for _ in 0..<count { values.append(try reader.readInteger()) }
            return .integers(values)
        case 3:
            var values: [Int] = []
            for _ in 0..<count { values.append(try number(&reader, upTo: UInt64(Int32.max), of: "categories")) }
            return .categories(values)
        case 0:
            let configuration = try Configuration(from: &reader)
            guard configuration.count == count else {
                throw .invalid(offset: 0, what: "\(configuration.count) values for \(count) configurations")
            }
            return .mixed(configuration.values)
        case let tag: throw .invalid(offset: 0, what: "type \(tag) of a column")
        }
    }
}
