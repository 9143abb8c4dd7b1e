/// A study's number within one data directory, never used again after a deletion.
public struct StudyID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    public static func < (left: StudyID, right: StudyID) -> Bool { left.rawValue < right.rawValue }
}

/// Position in the event log. The first event is 1; 0 stands before all events.
public typealias EventSequence = Int64

/// Why a run is made.
public enum RunPurpose: UInt8, Hashable, Sendable, CaseIterable {
    /// Train on the training rows, evaluate on the validation rows.
    case search = 0
    /// Train on training and validation rows, evaluate on the untouched test rows.
    case final = 1
    /// A trial run again, to compare.
    case replay = 2
}

/// One execution that a trial needs.
public struct RunKey: Hashable, Sendable {
    public var purpose: RunPurpose
    /// Fold of the cross-validation, from 0.
    public var fold: Int
    /// Repeat of the same configuration, from 0.
    public var `repeat`: Int
    /// Fidelity segment, from 0: training that continues from a checkpoint is a new segment.
    public var segment: Int

    public init(purpose: RunPurpose = .search, fold: Int = 0, repeat: Int = 0, segment: Int = 0) {
        self.purpose = purpose
        self.fold = fold
        self.repeat = `repeat`
        self.segment = segment
    }
}

extension RunKey {
    /// The seed of a run: a function of (study seed, trial, fold, repeat) alone, so that every attempt at it repeats it.
    ///
    /// SplitMix64's finaliser (Steele, Lea, Flood 2014) over the four numbers in turn.
    public func seed(study: UInt64, trial: Int) -> UInt64 {
        var state = study
        for number in [UInt64(trial), UInt64(fold), UInt64(`repeat`)] {
            state = Self.mix(state &+ 0x9E37_79B9_7F4A_7C15 &+ number &* 0xD1B5_4A32_D192_ED03)
        }
        return state
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
