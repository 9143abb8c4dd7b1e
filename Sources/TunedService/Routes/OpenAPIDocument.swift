import CAssets

/// The description of every address, as OpenAPI 3.1.
package enum OpenAPIDocument {
    package static var bytes: [UInt8] {
        Array(UnsafeRawBufferPointer(start: tuned_asset_openapi_bytes(), count: tuned_asset_openapi_size()))
    }
}
