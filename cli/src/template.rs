//! The templates of `sio emit --template`, and their variables.

use std::{
    borrow::Cow,
    time::{SystemTime, UNIX_EPOCH},
};

use minijinja::{Environment, ErrorKind, UndefinedBehavior, context, syntax::SyntaxConfig};
use socketio_emitter::Date;
use uuid::Uuid;

use crate::cli_error::CliError;

/// The names of the variables.
pub(crate) const VARIABLES: [&str; 5] = ["now", "unix_ms", "count", "uuid", "hostname"];

/// The start of a variable, a statement and a comment.
const DELIMITERS: [&str; 3] = ["{{", "{%", "{#"];

/// A text from the command line: a template or a plain text.
#[derive(Debug)]
pub(crate) enum TemplateText {
    Plain(String),
    /// The name of the template, which is the argument or option it was typed in.
    Template(String),
}

/// The templates of one command line.
pub(crate) struct EventTemplates {
    environment: Option<Environment<'static>>,
    hostname: String,
}

/// The values of the variables for one message.
pub(crate) struct TemplateVariables {
    unix_ms: i64,
    count: u64,
    uuid: Uuid,
}

impl TemplateVariables {
    /// The values for message number `count`, with the current time and a new UUID.
    pub(crate) fn now(count: u64) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { unix_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX), count, uuid: Uuid::new_v4() }
    }
}

impl EventTemplates {
    /// If not `enabled`, every text is plain.
    pub(crate) fn new(enabled: bool) -> Result<Self, CliError> {
        if !enabled {
            return Ok(Self { environment: None, hostname: String::new() });
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .build()
            .map_err(|error| CliError::failed(error.to_string()))?;
        environment.set_syntax(syntax);
        let hostname = hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { environment: Some(environment), hostname })
    }

    /// Parses the text of the argument or option `label`.
    ///
    /// # Errors
    /// If the template has a syntax error or an unknown variable.
    pub(crate) fn parse(&mut self, label: String, text: String) -> Result<TemplateText, CliError> {
        let Some(environment) = &mut self.environment else { return Ok(TemplateText::Plain(text)) };
        if !DELIMITERS.iter().any(|start| text.contains(start)) {
            return Ok(TemplateText::Plain(text));
        }
        environment.add_template_owned(label.clone(), text).map_err(|error| template_error(&label, &error))?;
        let template = environment.get_template(&label).map_err(|error| template_error(&label, &error))?;
        let known = |name: &str| VARIABLES.contains(&name) || environment.globals().any(|(global, _)| global == name);
        let mut unknown: Vec<_> =
            template.undeclared_variables(false).into_iter().filter(|name| !known(name)).collect();
        unknown.sort();
        match unknown.first() {
            Some(name) => Err(CliError::usage(format!("{label}: unknown variable {name:?}; {}", known_variables()))),
            None => Ok(TemplateText::Template(label)),
        }
    }

    /// Renders the text for one message.
    ///
    /// # Errors
    /// If rendering the template fails.
    pub(crate) fn render<'t>(
        &self,
        text: &'t TemplateText,
        variables: &TemplateVariables,
    ) -> Result<Cow<'t, str>, CliError> {
        match (text, &self.environment) {
            (TemplateText::Plain(text), _) => Ok(text.into()),
            (TemplateText::Template(label), None) => Ok(label.into()),
            (TemplateText::Template(label), Some(environment)) => {
                let TemplateVariables { unix_ms, count, uuid } = *variables;
                let context = context! {
                    now => Date::from_unix_ms(unix_ms).to_string(),
                    unix_ms => unix_ms,
                    count => count,
                    uuid => uuid.to_string(),
                    hostname => self.hostname.as_str(),
                };
                let rendered = environment.get_template(label).and_then(|template| template.render(context));
                rendered.map(Cow::Owned).map_err(|error| template_error(label, &error))
            }
        }
    }
}

fn known_variables() -> String {
    format!("the variables are {}", VARIABLES.join(", "))
}

fn template_error(label: &str, error: &minijinja::Error) -> CliError {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let hint =
        if error.kind() == ErrorKind::UndefinedError { format!("; {}", known_variables()) } else { String::new() };
    CliError::usage(format!("{label}: invalid template: {}{detail}{hint}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> Result<String, CliError> {
        let mut templates = EventTemplates::new(true)?;
        let text = templates.parse("ARG 1".to_owned(), template.to_owned())?;
        let variables = TemplateVariables { unix_ms: 1_577_836_800_500, count: 7, uuid: Uuid::nil() };
        templates.render(&text, &variables).map(Cow::into_owned)
    }

    #[test]
    fn every_variable_has_a_value() {
        for name in VARIABLES {
            assert!(rendered(&format!("{{{{ {name} }}}}")).is_ok_and(|text| !text.is_empty()), "{name}");
        }
        let all = rendered("{{ now }} {{ unix_ms }} {{ count }} {{ uuid }}").unwrap();
        assert_eq!(all, "2020-01-01T00:00:00.500Z 1577836800500 7 00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn templates_support_statements_and_filters() {
        assert_eq!(rendered("{% for n in range(3) %}{{ n }}{% endfor %}\n").unwrap(), "012\n");
        assert_eq!(rendered("{{ {'n': count}|tojson }}").unwrap(), r#"{"n": 7}"#);
        assert_eq!(rendered("<b>&{{ '<' }}").unwrap(), "<b>&<");
        assert!(rendered("{{ count.x.y }}").is_err());
    }
}
