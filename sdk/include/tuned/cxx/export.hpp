/* From classes to the tables of the C ABI. TUNED_EXPORT_PLUGIN(id, version, Class, ...) defines the entry point of a plugin. */
#ifndef TUNED_CXX_EXPORT_HPP
#define TUNED_CXX_EXPORT_HPP

#include "trainable.hpp"

#include <cstring>
#include <memory>
#include <string>

namespace tuned::detail {

/* The functions of one trainable, as the host calls them. No exception leaves any of them. */
template <class T>
struct __attribute__((visibility("hidden"))) Thunks {
    static T &of(void *self) noexcept { return *static_cast<T *>(self); }

    static std::int32_t create(const tuned_host *host, const tuned_config *config, void **self) noexcept {
        return guarded(host, nullptr, [&] {
            std::unique_ptr<T> made;
            if constexpr (std::is_constructible_v<T, const Config &>) made = std::make_unique<T>(Config(host, config));
            else made = std::make_unique<T>();
            // Here a data set that cannot be is told to a person; describe has no way to.
            if constexpr (has_dataset<T>::value) static_cast<void>(made->dataset());
            *self = made.release();
        });
    }

    static void destroy(void *self) noexcept { delete static_cast<T *>(self); }

    static std::int32_t train(void *self, const tuned_trial *raw) noexcept {
        return guarded(raw->host, raw, [&] {
            Trial trial(raw);
            if constexpr (own_train<T>()) of(self).train(trial);
            else train_stepwise(of(self), trial);
        });
    }

    /* For hosts that do not drive the steps themselves. */
    static void train_stepwise(T &model, Trial &trial) {
        if constexpr (has_step<T>::value) {
            std::int64_t done = 0;
            model.begin(trial);
            if constexpr (has_load<T>::value) {
                if (auto in = trial.restore()) {
                    model.load(*in);
                    done = in->step();
                }
            }
            const std::int64_t budget = trial.budget(*space<typename T::Space>().declared_fidelity());
            while (done < budget) {
                model.step(trial, ++done);
                if constexpr (has_save<T>::value) {
                    Checkpoint out(trial.raw(), done);
                    model.save(out);
                    out.commit();
                }
                if (done < budget) trial.stop_if_asked();
            }
        }
    }

    static std::int32_t evaluate(void *self, const tuned_trial *raw) noexcept {
        if constexpr (has_evaluate<T>::value) {
            return guarded(raw->host, raw, [&] {
                Trial trial(raw);
                of(self).evaluate(trial);
            });
        } else {
            std::int32_t code = TUNED_OK;
            const std::int32_t status = run_batch(self, &raw, 1, &code);
            return status == TUNED_OK ? code : status;
        }
    }

    static std::int32_t describe(void *self, tuned_dataset *out) noexcept {
        try {
            if constexpr (has_dataset<T>::value) of(self).dataset().fill(out);
            return TUNED_OK;
        } catch (...) {
            return TUNED_FAILED;
        }
    }

    static std::int32_t begin(void *self, const tuned_trial *raw) noexcept {
        return guarded(raw->host, raw, [&] {
            Trial trial(raw);
            if constexpr (has_begin<T>::value) of(self).begin(trial);
        });
    }

    static std::int32_t step(void *self, const tuned_trial *raw, std::int64_t step) noexcept {
        return guarded(raw->host, raw, [&] {
            Trial trial(raw);
            if constexpr (has_step<T>::value) of(self).step(trial, step);
        });
    }

    static std::int32_t save(void *self, const tuned_trial *raw) noexcept {
        return guarded(raw->host, raw, [&] {
            SealedWriter out(raw);
            if constexpr (has_save<T>::value) of(self).save(out);
            out.close();
        });
    }

    static std::int32_t load(void *self, const tuned_trial *raw) noexcept {
        return guarded(raw->host, raw, [&] {
            Restored in(raw, 0);
            if constexpr (has_load<T>::value) of(self).load(in);
        });
    }

    static std::int32_t reconfigure(void *self, const tuned_trial *raw) noexcept {
        return guarded(raw->host, raw, [&] {
            Trial trial(raw);
            if constexpr (has_reconfigure<T>::value) of(self).reconfigure(trial);
        });
    }

    static std::int32_t run_batch(void *self, const tuned_trial *const *trials, std::uint32_t count, std::int32_t *codes) noexcept {
        if (count == 0) return TUNED_OK;
        return guarded(trials[0]->host, trials[0], [&] {
            std::memset(codes, 0, count * sizeof *codes);
            Batch batch(trials, count, codes);
            if constexpr (has_batch<T>::value) of(self).batch(batch);
        });
    }

    static const void *extension(void *, const char *id) noexcept {
        static const tuned_dataset_extension dataset = {sizeof dataset, 0, describe};
        static const tuned_stepwise_extension stepwise = {
            sizeof stepwise, 0, begin, step, has_save<T>::value ? save : nullptr, has_load<T>::value ? load : nullptr,
            has_reconfigure<T>::value ? reconfigure : nullptr};
        static const tuned_batch_extension batch = {sizeof batch, batch_limit_of<T>::value, run_batch};
        if (has_dataset<T>::value && std::strcmp(id, TUNED_DATASET) == 0) return &dataset;
        if (has_step<T>::value && std::strcmp(id, TUNED_STEPWISE) == 0) return &stepwise;
        if (has_batch<T>::value && std::strcmp(id, TUNED_BATCH) == 0) return &batch;
        return nullptr;
    }
};

/* Throws SchemaError where the declaration cannot be. The table and its texts live as long as the process. */
template <class T>
__attribute__((visibility("hidden"))) tuned_trainable table() {
    static_assert(check_trainable<T>(), "not a trainable");
    const auto &space = tuned::space<typename T::Space>();
    if (has_step<T>::value && !space.declared_fidelity()) {
        throw SchemaError("schema \"" + space.id() + "\": stepwise training needs a fidelity to count its steps in");
    }
    static const std::string &json = *new std::string(space.json());
    tuned_trainable out = {};
    out.size = sizeof out;
    out.flags = flags_of<T>::value | (has_save<T>::value ? TUNED_CHECKPOINTS : 0);
    out.id = space.id().c_str();
    out.schema_json = json.c_str();
    out.create = Thunks<T>::create;
    out.train = own_train<T>() || has_step<T>::value ? Thunks<T>::train : nullptr;
    out.evaluate = Thunks<T>::evaluate;
    out.destroy = Thunks<T>::destroy;
    out.extension = Thunks<T>::extension;
    return out;
}

/* NULL where a declaration cannot be; the host hears why. */
template <class... Classes>
__attribute__((visibility("hidden"))) const tuned_plugin *plugin(const tuned_host *host, const char *id, const char *version) noexcept {
    static_assert(sizeof...(Classes) > 0, "a plugin has at least one trainable");
    const tuned_plugin *out = nullptr;
    guarded(host, nullptr, [&] {
        static const tuned_trainable tables[] = {table<Classes>()...};
        for (std::size_t i = 0; i < sizeof...(Classes); i++) {
            for (std::size_t j = 0; j < i; j++) {
                if (std::strcmp(tables[i].id, tables[j].id) == 0) {
                    throw SchemaError(std::string("two trainables have the id \"") + tables[i].id + "\"");
                }
            }
        }
        static const tuned_plugin plugin = {
            sizeof plugin, TUNED_ABI_MINOR, id, version, "", sizeof...(Classes), 0,
            [](std::uint32_t index) -> const tuned_trainable * { return index < sizeof...(Classes) ? &tables[index] : nullptr; },
            nullptr};
        out = &plugin;
    });
    return out;
}

}  // namespace tuned::detail

#define TUNED_EXPORT_PLUGIN(id, version, ...)                                                        \
    extern "C" TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {            \
        return tuned::detail::plugin<__VA_ARGS__>(host, id, version);                                \
    }

#endif
