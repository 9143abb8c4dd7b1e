/* tuned/plugin.hpp: plugins in C++17, on top of tuned/plugin.h. Headers only; nothing but the standard library.
 *
 *     struct Space : tuned::Schema {
 *         Space() : Schema("valley", "Descent into a narrow valley") {}
 *         tuned::Float rate = floating("rate", 1e-4, 1).log().fallback(0.01);
 *         tuned::Metric loss = minimize("loss");
 *     };
 *
 *     struct Valley : tuned::Trainable<Space> {
 *         void evaluate(tuned::Trial &trial) override {
 *             double x = 1;
 *             for (int step = 1; step <= 100; step++) {
 *                 x -= trial[space.rate] * 2 * x;
 *                 trial.report(space.loss, step, x * x);
 *                 trial.stop_if_asked();
 *             }
 *             trial.objective(space.loss, x * x);
 *         }
 *     };
 *
 *     TUNED_EXPORT_PLUGIN("valley", "1.0.0", Valley)
 *
 * Code throws freely: each function that the host calls catches everything and hands the text on. A host that is older than this
 * header has no checkpoints, artifacts and the like; then these calls do nothing, and say so where it matters.
 */
#ifndef TUNED_PLUGIN_HPP
#define TUNED_PLUGIN_HPP

#include "cxx/batch.hpp"
#include "cxx/checkpoint.hpp"
#include "cxx/config.hpp"
#include "cxx/dataset.hpp"
#include "cxx/errors.hpp"
#include "cxx/export.hpp"
#include "cxx/schema.hpp"
#include "cxx/span.hpp"
#include "cxx/trainable.hpp"
#include "cxx/trial.hpp"

#endif
