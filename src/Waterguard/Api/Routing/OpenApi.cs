using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Waterguard.Api.Routing;

/// <summary>The routes as an OpenAPI 3.1 document: made of the table by which they are served.</summary>
internal static partial class OpenApi
{
    public static JsonObject Document(IEnumerable<ApiRoute> routes)
    {
        var paths = new JsonObject();
        foreach (var route in routes)
        {
            if (paths[route.Path] is not JsonObject path) paths[route.Path] = path = [];
            path[route.Method.ToLowerInvariant()] = Operation(route);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0", ["info"] = new JsonObject { ["title"] = "Waterguard", ["version"] = "v1", ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" } },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ApiRoute.Root }), ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject { ["Problem"] = Problem.Shape.Schema() },
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key." },
                    ["session"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = "waterguard", ["description"] = $"A session; with TLS the cookie is called __Host-waterguard. Changing requests carry {Access.AccessControl.CsrfHeader} too." },
                },
            },
        };
    }

    private static JsonObject Operation(ApiRoute route)
    {
        var parameters = new JsonArray();
        foreach (Match name in PartPattern().Matches(route.Path)) parameters.Add((JsonNode)new JsonObject { ["name"] = name.Groups["name"].Value, ["in"] = "path", ["required"] = true, ["schema"] = Shape.Text.Schema() });
        foreach (var name in route.Query) parameters.Add((JsonNode)new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = Shape.Text.Schema() });
        var operation = new JsonObject { ["summary"] = route.Says, ["operationId"] = Name(route), ["x-least-role"] = route.Need.Least is { } least ? Access.Roles.Name(least) : null };
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (route.Takes is { } takes) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = takes.Schema() } } };
        var good = new JsonObject { ["description"] = "Done." };
        if (route.Gives is { } gives) good["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = gives.Schema() } };
        operation["responses"] = new JsonObject
        {
            [route.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = good,
            ["default"] = new JsonObject { ["description"] = "Refused.", ["content"] = new JsonObject { [Problem.Type] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } } },
        };
        operation["security"] = route.Need.Least is null ? [] : new JsonArray(new JsonObject { ["key"] = new JsonArray() }, new JsonObject { ["session"] = new JsonArray() });
        return operation;
    }

    private static string Name(ApiRoute route) => route.Method.ToLowerInvariant() + string.Concat(route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Trim('{', '}').Replace('.', '_')).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));

    [GeneratedRegex("\\{(?<name>[a-z]+)\\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PartPattern();
}
