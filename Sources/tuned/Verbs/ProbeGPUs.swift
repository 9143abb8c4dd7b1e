import ArgumentParser
import TunedSlots
import TunedSpace
