import Dispatch
import TunedRecords
import TunedSpace
import TunedWire
import TunedWorkers

/// What a final run and a replay run with.
extension StudyPlanner {
    /// What a use of the test rows will be.
    struct FinalPreparation: Sendable {
        var trainRows: Int
        var testRows: Int
        /// What a person allowed, or should know.
        var remarks: [String]
    }

    /// Looks whether a study can be finalized, before that counts.
    func prepareFinal(
        of declaration: StudyDeclaration, slug: String, plugin hash: String, allowsChangedData: Bool,
        reply: @escaping @Sendable (Result<FinalPreparation, EngineError>) -> Void
    ) {
        queue.async { [self] in
            reply(Result { () throws(EngineError) in
                try prepare(declaration, slug, hash, allowsChangedData)
            })
        }
    }

    private func prepare(
        _ declaration: StudyDeclaration, _ slug: String, _ hash: String, _ allowsChangedData: Bool
    ) throws(EngineError) -> FinalPreparation {
        _ = try image(hash, of: declaration)
        guard let data = declaration.data else { throw Self.noTestRows(slug) }
        var remarks: [String] = []
        if !data.origin.isEmpty {
            let now = self.data.currentDigest(of: data.origin)
            if now == nil {
                remarks.append("\(data.origin) is not there any more; the rows are those that the study kept")
            } else if let now, now != data.digest {
                guard allowsChangedData else {
                    throw EngineError(
                        .dataChanged,
                        "\(data.origin) has changed since study \(slug) was made (SHA-256 was \(data.digest.prefix(12)), is \(now.prefix(12))). The study has kept the rows that it began with: score those all the same with --allow-changed-data, or make a new study of the file as it is now")
                }
                remarks.append("\(data.origin) had changed since the study was made; the rows are those that the study kept")
            }
        }
        switch try testRows(of: data, declaration, slug) {
        case .file(let parts): return FinalPreparation(trainRows: parts.rest.records.count, testRows: parts.test.records.count, remarks: remarks)
        case .plan(let plan):
            return FinalPreparation(trainRows: plan.folds[0].train.count, testRows: plan.folds[0].evaluate.count, remarks: remarks)
        }
    }

    /// Puts together what the final run reads, and asks the plugin whether it finds the rows there that the host means.
    ///
    /// - Parameter reply: with the file to be removed afterwards, where one was written.
    func makeFinal(
        of declaration: StudyDeclaration, slug: String, plugin hash: String, name: String,
        reply: @escaping @Sendable (Result<WorkerBlueprint, EngineError>) -> Void
    ) {
        queue.async { [self] in
            do throws(EngineError) {
                let image = try image(hash, of: declaration)
                guard let data = declaration.data else { throw Self.noTestRows(slug) }
                switch try testRows(of: data, declaration, slug) {
                case .plan(let plan): reply(.success(Self.blueprint(declaration, image: image, folds: plan)))
                case .file(let parts):
                    let path = try self.data.writeWhole(parts, name: name)
                    let train = UInt32(parts.rest.records.count)
                    let all = train + UInt32(parts.test.records.count)
                    let plan = FoldPlan(folds: [FoldPlan.Fold(train: Array(0..<train), evaluate: Array(train..<all))], rows: Int(all))
                    let whole = Self.reading(path, declaration)
                    describe(whole, image, path, rows: Int(all)) { problem in
                        if let problem { return reply(.failure(problem)) }
                        reply(.success(Self.blueprint(whole, image: image, folds: plan)))
                    }
                }
            } catch {
                reply(.failure(error))
            }
        }
    }

    private static func reading(_ path: String, _ declaration: StudyDeclaration) -> StudyDeclaration {
        var whole = declaration
        whole.data?.copy = path
        return whole
    }

    func removeFinal(_ blueprint: WorkerBlueprint) {
        guard let path = blueprint.dataPath else { return }
        queue.async { [self] in data.removeWhole(path) }
    }

    private func describe(
        _ declaration: StudyDeclaration, _ image: PluginImage, _ path: String, rows: Int, _ body: @escaping @Sendable (EngineError?) -> Void
    ) {
        datasets.describe(
            image, trainable: declaration.plugin?.trainable ?? "", schema: declaration.schema,
            config: .object(declaration.specification.config), dataPath: path, on: queue
        ) { result in
            switch result {
            case .failure(let error): body(EngineError(error))
            case .success(let dataset) where dataset?.rows == rows: body(nil)
            case .success(let dataset):
                body(
                    EngineError(
                        .data, "the plugin tells of \(dataset?.rows ?? 0) rows where the study has \(rows) with the test rows, so it cannot be known which are which"))
            }
        }
    }

    private enum TestRows {
        case file((rest: RecordFile, test: RecordFile))
        case plan(FoldPlan)
    }

    private func testRows(of data: DataReference, _ declaration: StudyDeclaration, _ slug: String) throws(EngineError) -> TestRows {
        if let digest = data.testPlan { return .plan(try self.data.heldPlan(digest)) }
        guard data.testRows > 0, let copy = data.copy else { throw Self.noTestRows(slug) }
        if let held = data.held { return .file(try self.data.parts(copy: copy, held: held)) }
        // Versions that did not keep the test rows left them in the file that they came from.
        var target: String?
        if case .string(let text)? = declaration.specification.config["target"] { target = text }
        guard self.data.currentDigest(of: data.origin) == data.digest,
            let again = try? self.data.add(data.origin, split: declaration.specification.split, target: target),
            again.path == copy, let held = again.held
        else {
            throw EngineError(
                .data, "the test rows of study \(slug) were not kept by the version that made it, and \(data.origin) is not what it was (SHA-256 \(data.digest.prefix(12)))")
        }
        return .file(try self.data.parts(copy: copy, held: held))
    }

    static func noTestRows(_ slug: String) -> EngineError {
        EngineError(
            .invalid,
            "study \(slug) has set no test rows aside, so nothing is left to score it on honestly: begin a study with test rows (`tuned run ... --test 0.2`, or split: {test: 0.2} in its file)")
    }

    func image(_ hash: String, of declaration: StudyDeclaration) throws(EngineError) -> PluginImage {
        let name = declaration.plugin?.name ?? ""
        guard let image = plugins.image(hash: hash) else {
            throw EngineError(.plugin, "the copy of plugin \(name) (\(hash.prefix(12))) that ran the trial is gone; load the same file again")
        }
        if let quarantine = plugins.loaded(hash: hash)?.quarantine { throw EngineError(.conflict, "plugin \(name) is in quarantine: \(quarantine.text(of: name))") }
        return image
    }
}
