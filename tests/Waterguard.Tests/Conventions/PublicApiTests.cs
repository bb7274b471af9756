using System.Reflection;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Conventions;

/// <summary>What each project shows to the others, as text: a change of it is seen in review, and made on purpose (WATERGUARD_UPDATE=1).</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Projects => ["Waterguard.Alerting", "Waterguard.Content", "Waterguard.Detection", "Waterguard.Emulation", "Waterguard.Events", "Waterguard.Platforms", "Waterguard.Response", "Waterguard.Sigma", "Waterguard.Sources", "Waterguard.Storage", "Waterguard.Strategies"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void What_a_project_shows_is_what_was_agreed(string project)
    {
        var path = Repository.PathOf("tests", "Waterguard.Tests", "PublicApi", project + ".txt");
        var text = Describe(Assembly.Load(project));
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, text);
        else Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsEnum ? "enum " : type.IsInterface ? "interface " : type.IsValueType ? "struct " : "class ").Append(Name(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal)) text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"));
        if (type.IsEnum) return Enum.GetNames(type);
        return type.GetConstructors(Own).Select(c => $"new({Parameters(c)})")
            .Concat(type.GetProperties(Own).Where(p => p.Name != "EqualityContract").Select(p => $"{Static(p.GetMethod ?? p.SetMethod!)}{Name(p.PropertyType)} {p.Name} {{{(p.GetMethod is { IsPublic: true } ? " get;" : "")}{(p.SetMethod is { IsPublic: true } ? " set;" : "")} }}"))
            .Concat(type.GetFields(Own).Select(f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}"))
            .Concat(type.GetMethods(Own).Where(m => !m.IsSpecialName && m.Name is not ("<Clone>$" or "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "PrintMembers"))
                .Select(m => $"{Static(m)}{Name(m.ReturnType)} {m.Name}({Parameters(m)})"));
    }

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Name(Type type)
    {
        if (type.IsByRef) return "ref " + Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        var name = type.Namespace == "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true ? type.Name : type.FullName ?? type.Name;
        if (!type.IsGenericType) return name;
        var plain = type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true ? type.Name : $"{type.Namespace}.{type.Name}";
        return $"{plain.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
