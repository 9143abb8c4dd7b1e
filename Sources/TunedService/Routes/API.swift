import HTTPTypes
import Hummingbird

/// Puts the addresses of all resources behind the middleware.
struct API: Sendable {
    let routes: [Route]
    let table: RouteTable

    init(_ parts: ServiceParts) {
        routes =
            StatusRoutes(parts: parts).routes + PluginRoutes(parts: parts).routes + StudyRoutes(parts: parts).routes + AnalysisRoutes(parts: parts).routes
            + SpaceRoutes(parts: parts).routes + PictureRoutes(parts: parts).routes
            + TrialRoutes(parts: parts).routes + FinalRoutes(parts: parts).routes + EventRoutes(parts: parts).routes
        table = RouteTable(routes)
    }

    func responder(access: AccessMiddleware, version: String) -> some HTTPResponder<ServiceContext> {
        let router = Router(context: ServiceContext.self, options: [])
        router.add(middleware: ErrorMiddleware(version: version, routes: table))
        router.add(middleware: access)
        for route in routes { router.on(RouterPath(route.path), method: route.method, use: route.handle) }
        return router.buildResponder()
    }
}
