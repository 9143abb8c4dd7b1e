extension Parameter {
    /// An order of up to ``PermutationCode/maximumItems`` items.
    public init(name: String, permuting items: [Choice], description: String = "") {
        let last = Int64(clamping: PermutationCode.count(min(items.count, PermutationCode.maximumItems)) - 1)
        self.init(name: name, domain: .integer(IntegerDomain(low: 0, high: last)), description: description)
        permuted = items
    }

    /// The order that a value stands for, as indices into ``permuted``; nil for a parameter that is no permutation.
    public func order(of value: ParameterValue) -> [Int]? {
        guard let permuted, case .integer(let number) = value, number >= 0, UInt64(number) < PermutationCode.count(permuted.count)
        else { return nil }
        return PermutationCode.order(at: UInt64(number), items: permuted.count)
    }

    /// A list of the items, or their texts with commas between.
    func permutation(meantBy json: JSONValue, of items: [Choice]) -> ParameterValue? {
        var wanted: [JSONValue]
        switch json {
        case .array(let list): wanted = list
        case .string(let text):
            wanted = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                .string(String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
            }
        default: wanted = [json]
        }
        var order: [Int] = []
        for item in wanted {
            guard let index = items.firstIndex(where: { $0.json == item }) ?? items.firstIndex(where: { $0.isMeant(by: item) })
            else { return nil }
            order.append(index)
        }
        guard order.count == items.count else { return nil }
        return PermutationCode.number(of: order).map { .integer(Int64($0)) }
    }
}
