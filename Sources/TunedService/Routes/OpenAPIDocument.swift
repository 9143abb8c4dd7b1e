import CAssets

/// The description of every address, as OpenAPI 3.1.
package enum OpenAPIDocument {
    /// A copy: the pointer is to constant memory of the executable, and the size is that of the same array.
    package static var bytes: [UInt8] {
        Array(UnsafeRawBufferPointer(start: tuned_asset_openapi_bytes(), count: tuned_asset_openapi_size()))
    }
}
