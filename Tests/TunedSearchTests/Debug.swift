import Testing
import TunedSearch
import TunedSpace
@Test func debugDraw() throws {
    let space = NamedSpace.partlyCountable.space
    var lab = try Lab("tpe", space)
    try lab.run(14) { _, _ in .failed }
    for s in lab.suggestions { print("DBG", s.values) }
}
