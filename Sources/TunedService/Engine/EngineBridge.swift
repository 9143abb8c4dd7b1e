import TunedEngine
import TunedRecords

/// The one place where the engine's callbacks and the store's blocking reads become async.
struct EngineBridge: Sendable {
    let engine: any EngineFacade
    let readers: ReadPool

    /// Waits for the engine's reply. The engine answers every call once, also while it shuts down.
    func reply<Value: Sendable>(
        _ call: (any EngineFacade, @escaping EngineReply<Value>) -> Void
    ) async throws(EngineError) -> Value {
        let result: Result<Value, EngineError> = await withCheckedContinuation { continuation in
            call(engine) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Reads the store; what it returns is durable.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any EventStore) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let store = engine.store
        return try await readers.run { () throws(StoreError) -> Value in try body(store) }
    }
}
