import CTunedPlugin

/// The extensions that a trainable's type offers, as tables that live as long as the process.
struct PluginExtensions {
    private let dataset: UnsafePointer<tuned_dataset_extension>?
    private let stepwise: UnsafePointer<tuned_stepwise_extension>?
    private let batch: UnsafePointer<tuned_batch_extension>?

    init(of type: any Trainable.Type) {
        dataset =
            type is any DataTrainable.Type
            ? immortal(
                tuned_dataset_extension(
                    size: UInt32(MemoryLayout<tuned_dataset_extension>.size), reserved: 0, describe: PluginThunks.describe)) : nil
        stepwise =
            type is any StepwiseTrainable.Type
            ? immortal(
                tuned_stepwise_extension(
                    size: UInt32(MemoryLayout<tuned_stepwise_extension>.size), reserved: 0, begin: PluginThunks.begin,
                    step: PluginThunks.step, save: PluginThunks.save, load: PluginThunks.load,
                    reconfigure: type is any ReconfigurableTrainable.Type ? PluginThunks.reconfigure : nil)) : nil
        // A type that is both trains in steps.
        batch = (stepwise == nil ? type as? any BatchTrainable.Type : nil).map {
            immortal(
                tuned_batch_extension(
                    size: UInt32(MemoryLayout<tuned_batch_extension>.size), limit: UInt32(clamping: $0.batchLimit),
                    run: PluginThunks.runBatch))
        }
    }

    func find(_ id: String) -> UnsafeRawPointer? {
        switch id {
        case TUNED_DATASET: dataset.map { UnsafeRawPointer($0) }
        case TUNED_STEPWISE: stepwise.map { UnsafeRawPointer($0) }
        case TUNED_BATCH: batch.map { UnsafeRawPointer($0) }
        default: nil
        }
    }
}
