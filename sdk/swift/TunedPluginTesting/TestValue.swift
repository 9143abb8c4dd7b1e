import CTunedPlugin

/// A parameter's value as a host fills it. A trial has one for each parameter, in the order of the schema.
public struct TestValue {
    let cell: tuned_value

    public static func float(_ value: Double) -> TestValue { TestValue(TUNED_FLOAT, value, Int64(value)) }
    public static func integer(_ value: Int64) -> TestValue { TestValue(TUNED_INT, Double(value), value) }
    /// - Parameter index: the place among the choices.
    public static func choice(_ index: Int64) -> TestValue { TestValue(TUNED_CATEGORICAL, Double(index), index) }
    public static func boolean(_ value: Bool) -> TestValue { TestValue(TUNED_BOOL, value ? 1 : 0, value ? 1 : 0) }
    /// Of a parameter whose condition does not hold.
    public static var inactive: TestValue { TestValue(cell: tuned_value()) }

    private init(cell: tuned_value) { self.cell = cell }

    private init(_ type: Int32, _ number: Double, _ integer: Int64) {
        var cell = tuned_value()
        cell.size = UInt32(MemoryLayout<tuned_value>.size)
        cell.type = UInt32(type)
        cell.active = 1
        cell.f64 = number
        cell.i64 = integer
        self.cell = cell
    }
}
