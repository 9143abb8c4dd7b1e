extension Result {
    /// The standard library's catching initialiser forgets the error's type when it is given a typed throw in a closure; this
    /// one keeps it.
    init(_ body: () throws(Failure) -> Success) {
        do throws(Failure) {
            self = .success(try body())
        } catch {
            self = .failure(error)
        }
    }
}
