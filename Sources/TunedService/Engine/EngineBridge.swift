import TunedEngine
import TunedRecords

/// The one place where the engine's callbacks and the store's blocking reads become async.
struct EngineBridge: Sendable {
    let engine: any EngineFacade
    let readers: ReadPool

    /// Waits for the engine's reply. The engine answers every call once, also while it shuts down.
    ///
    /// Untyped `throws`, here and below: the optimiser of Swift 6.3 crashes on coroutines that carry a typed error across an await.
    ///
    /// - Throws: ``EngineError``.
    func reply<Value: Sendable>(
        _ call: (any EngineFacade, @escaping EngineReply<Value>) -> Void
    ) async throws -> Value {
        let result: Result<Value, EngineError> = await withCheckedContinuation { continuation in
            call(engine) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Reads the store; what it returns is durable.
    ///
    /// - Throws: ``StoreError``.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any EventStore) throws(StoreError) -> Value
    ) async throws -> Value {
        let store = engine.store
        return try await readers.run { () throws(StoreError) -> Value in try body(store) }
    }

    /// A question that the engine answers by reading the disk itself.
    func wait<Value: Sendable>(_ body: @escaping @Sendable (any EngineFacade) -> Value) async throws -> Value {
        let engine = engine
        return try await readers.run { () throws(Never) -> Value in body(engine) }
    }
}
