import TunedRecords

extension WorkerBlueprint {
    /// Whether an instance of this serves attempts of the other.
    func opensAs(_ other: WorkerBlueprint, regardlessOfPlugin: Bool = false) -> Bool {
        self === other
            || ((regardlessOfPlugin || plugin == other.plugin) && trainable == other.trainable && dataPath == other.dataPath
                && folds === other.folds && environment == other.environment && config == other.config && schema == other.schema)
    }
}
