import CTunedPlugin
import Glibc
import TunedSpace
import TunedWire

/// The `tuned_value` array of an instance, or one a trial of a batch: laid out once, filled anew for each run. Belongs to the
/// thread that runs the plugin.
final class ParameterTable {
    let values: UnsafeMutablePointer<tuned_value>
    let names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let parameters: [WireParameter]
    private let kinds: [WireParameter.Kind]
    private let schedules: [ScheduleLayout?]
    /// The number of each parameter's categories; empty for numbers.
    private let categoryNumbers: [[Double]]
    /// Texts of each parameter's categories; empty for numbers.
    private let categoryTexts: [[UnsafeMutablePointer<CChar>]]
    /// Room for the text of each parameter's number.
    private let numberTexts: UnsafeMutablePointer<CChar>
    /// What inactive values point to; never written.
    private let noText: UnsafeMutablePointer<CChar>

    /// More than the longest shortest-round-trip double (24 characters) and Int64 (20).
    private static let numberTextSize = 32

    /// - Parameter rows: configurations that it holds at once.
    init(_ parameters: [WireParameter], rows: Int = 1) {
        self.parameters = parameters
        kinds = parameters.map(\.kind)
        schedules = parameters.map { parameter in
            parameter.schedule.flatMap { $0.isComplete(among: parameters.count) ? $0 : nil }
        }
        categoryNumbers = parameters.map { $0.categories.map(\.number) }
        let cells = max(1, parameters.count * rows)
        values = .allocate(capacity: cells)
        values.initialize(repeating: tuned_value(), count: cells)
        names = .allocate(capacity: max(1, parameters.count))
        names.initialize(repeating: nil, count: max(1, parameters.count))
        numberTexts = .allocate(capacity: cells * Self.numberTextSize)
        numberTexts.initialize(repeating: 0, count: cells * Self.numberTextSize)
        noText = .allocate(capacity: 1)
        noText.initialize(to: 0)
        categoryTexts = parameters.map { $0.categories.map { strdup($0.text) } }
        for (index, parameter) in parameters.enumerated() { names[index] = strdup(parameter.name) }
    }

    deinit {
        for index in parameters.indices {
            free(names[index])
            for text in categoryTexts[index] { free(text) }
        }
        values.deallocate()
        names.deallocate()
        numberTexts.deallocate()
        noText.deallocate()
    }

    /// The values of a row.
    func values(row: Int) -> UnsafeMutablePointer<tuned_value> { values + row * kinds.count }

    /// Nil, or what does not fit the parameters.
    func fill(_ configuration: Configuration, row: Int = 0) -> String? {
        guard configuration.count == parameters.count else {
            return "\(configuration.count) values for \(parameters.count) parameters"
        }
        let first = row * kinds.count
        for index in kinds.indices {
            var value = tuned_value()
            value.size = UInt32(MemoryLayout<tuned_value>.size)
            value.type = UInt32(kinds[index].rawValue)
            value.active = 1
            value.str = UnsafePointer(noText)
            switch (configuration.values[index], kinds[index]) {
            case (nil, _): value.active = 0
            case (.float(let number), .float):
                value.f64 = number
                // A plain conversion would trap on a number that no integer holds; this one ends at the limits.
                value.i64 = Int64(exactly: number.rounded(.towardZero)) ?? (number > 0 ? .max : .min)
                value.str = write(number.description, at: first + index)
            case (.integer(let number), .integer):
                value.f64 = Double(number)
                value.i64 = number
                value.str = write(number.description, at: first + index)
            case (.category(let category), _) where categoryNumbers[index].indices.contains(category):
                value.f64 = categoryNumbers[index][category]
                value.i64 = Int64(category)
                value.str = UnsafePointer(categoryTexts[index][category])
            default: return "a value of another type for parameter \"\(parameters[index].name)\""
            }
            values[first + index] = value
        }
        return nil
    }

    /// The value of a numeric parameter at a progress from 0 to 1, out of the values of a trial of this table; nil where it has none.
    /// Called on any thread: what it reads does not change while a call is under way.
    func scheduled(_ index: Int, at progress: Double, in trial: UnsafePointer<tuned_trial>) -> Double? {
        guard kinds.indices.contains(index), kinds[index] == .float || kinds[index] == .integer else { return nil }
        let value = tuned_trial_value(trial, UInt32(index)).pointee
        guard value.active != 0 else { return nil }
        guard let schedule = schedules[index] else { return value.f64 }
        return schedule.value(of: value.f64, at: progress) { tuned_trial_value(trial, UInt32($0)).pointee.f64 }
    }

    private func write(_ text: String, at cell: Int) -> UnsafePointer<CChar> {
        var text = text
        let place = numberTexts + cell * Self.numberTextSize
        text.withUTF8 { utf8 in
            let count = min(utf8.count, Self.numberTextSize - 1)
            UnsafeMutableRawPointer(place).copyMemory(from: utf8.baseAddress!, byteCount: count)
            place[count] = 0
        }
        return UnsafePointer(place)
    }
}
